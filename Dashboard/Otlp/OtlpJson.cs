using System.Text.Json.Nodes;
using Google.Protobuf;

namespace Intervision.Dashboard.Otlp;

/// <summary>OTLP's JSON is protobuf's, but for ids: hexadecimal where protobuf would have base64.</summary>
internal static class OtlpJson
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>As nodes it takes many times its size: one request at a time.</summary>
    private static readonly SemaphoreSlim Turn = new(1);

    public static async Task<T> Parse<T>(ReadOnlyMemory<byte> utf8, CancellationToken cancellation) where T : IMessage<T>
    {
        await Turn.WaitAsync(cancellation);
        try
        {
            return Parse<T>(utf8.Span);
        }
        catch (Exception garbage) when (garbage is ArgumentException or InvalidOperationException)
        {
            // A key that comes twice, half a surrogate: met where the nodes are read, not where the text is.
            throw new FormatException(garbage.Message, garbage);
        }
        finally
        {
            Turn.Release();
        }
    }

    private static T Parse<T>(ReadOnlySpan<byte> utf8) where T : IMessage<T>
    {
        var root = JsonNode.Parse(utf8, documentOptions: new() { MaxDepth = 64 }) as JsonObject ?? throw new FormatException("not an object");
        Ids(root);
        return (T)Parser.Parse(root.ToJsonString(), Descriptor<T>());
    }

    private static Google.Protobuf.Reflection.MessageDescriptor Descriptor<T>() where T : IMessage<T> => Activator.CreateInstance<T>().Descriptor;

    private static void Ids(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Ids(item);
            }
        }
        else if (node is JsonObject map)
        {
            foreach (var (name, value) in map.ToList())
            {
                if (name is "traceId" or "spanId" or "parentSpanId" or "trace_id" or "span_id" or "parent_span_id" && value is JsonValue id && id.TryGetValue<string>(out var text))
                {
                    map[name] = Convert.ToBase64String(Convert.FromHexString(text));
                }
                else
                {
                    Ids(value);
                }
            }
        }
    }
}
