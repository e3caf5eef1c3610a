using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// An event on its way: CloudEvents 1.0 in binary mode over AMQP 0-9-1, attributes in headers <c>cloudEvents_*</c>
/// (DESIGN §4, §7.7).
/// </summary>
/// <param name="Type">Also the routing key, e.g. <c>intervision.intake.case_ready.v1</c>.</param>
/// <param name="Subject">Resource name of the aggregate.</param>
/// <param name="StreamNo">Counts from 1 without gaps within the aggregate; header <c>sequence</c>, 20 digits.</param>
/// <param name="Payload">proto3 JSON.</param>
public sealed record CloudEvent(
    Guid EventId, string Type, string Subject, Guid AggregateId, long StreamNo, DateTimeOffset Time, string? Traceparent, byte[] Payload)
{
    private const string Prefix = "cloudEvents_";

    /// <summary>Persistent properties with all headers.</summary>
    /// <param name="source">Service that says it; becomes <c>/intervision/{source}</c>.</param>
    public BasicProperties ToProperties(string source)
    {
        var headers = new Dictionary<string, object?>(10, StringComparer.Ordinal)
        {
            [Prefix + "specversion"] = "1.0",
            [Prefix + "id"] = EventId.ToString(),
            [Prefix + "source"] = $"/intervision/{source}",
            [Prefix + "type"] = Type,
            [Prefix + "subject"] = Subject,
            [Prefix + "partitionkey"] = AggregateId.ToString(),
            [Prefix + "sequence"] = StreamNo.ToString("D20", CultureInfo.InvariantCulture),
            [Prefix + "time"] = Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        };
        if (Traceparent is not null)
        {
            headers[Prefix + "traceparent"] = Traceparent;
        }

        return new BasicProperties
        {
            ContentType = "application/json",
            Persistent = true,
            MessageId = EventId.ToString(),
            Type = Type,
            Headers = headers,
        };
    }

    /// <summary>Null when a header that order or identity needs is missing or unreadable.</summary>
    public static CloudEvent? Read(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(properties);
        if (properties.Headers is not { } headers
            || !Guid.TryParse(Text(headers, "id"), out var id)
            || !Guid.TryParse(Text(headers, "partitionkey"), out var aggregateId)
            || !long.TryParse(Text(headers, "sequence"), NumberStyles.None, CultureInfo.InvariantCulture, out var streamNo) || streamNo < 1
            || !DateTimeOffset.TryParse(Text(headers, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || Text(headers, "type") is not { Length: > 0 and < 128 } type
            || Text(headers, "subject") is not { Length: < 128 } subject)
        {
            return null;
        }

        var traceparent = Text(headers, "traceparent");
        // The memory belongs to the connection and is used again after this delivery.
        return new CloudEvent(id, type, subject, aggregateId, streamNo, time.ToUniversalTime(), traceparent is { Length: < 64 } ? traceparent : null, body.ToArray());
    }

    /// <summary>Strings arrive as bytes.</summary>
    private static string? Text(IDictionary<string, object?> headers, string attribute) =>
        headers.TryGetValue(Prefix + attribute, out var value)
            ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => null }
            : null;
}
