using System.Collections;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Intervision.ServiceDefaults.Messaging;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>Events are read fast when they are written as usual, and always as the reflective reader of Google.Protobuf reads them.</summary>
public sealed class EventJsonTests
{
    private static readonly JsonParser Reference = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    private static readonly JsonFormatter Writer = new(JsonFormatter.Settings.Default.WithFormatEnumsAsIntegers(true));
    private static readonly string[] Texts = ["", "professionals/PER-1", "Élodie \"d'Hœur\" \\ /", "€ 𝄞 \u0001\u2028", "0", "2026-01-05T11:30:00Z"];

    /// <summary>Each alone in the place of a value, a name or anything else.</summary>
    private static readonly string[] Oddities =
    [
        "null", "\"7\"", "07", "1.0", "1e2", "-0", "\"-0\"", "\"007\"", "9223372036854775808", "\"9223372036854775808\"", "2147483648", "true", "[]", "{}", "[null]",
        "\"2026-01-05T11:30:00.123456789Z\"", "\"2026-01-05T11:30:00.1Z\"", "\"2026-01-05T12:30:00+01:00\"", "\"2026-01-05T11:30Z\"", "\"2026-01-05\"", "\"0001-01-01T00:00:00Z\"",
        "\"\\ud800\"", "\"\\u00e9\"", "\"FACILITATOR\"", "12345678901234567890", ",", "}", "\"", " \n", "/* */", "{\"a\":1,\"a\":2}",
    ];

    public static TheoryData<string> Types => [.. EventTypes.All.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Types))]
    public void What_is_written_is_read_back(string type)
    {
        var (descriptor, random) = (EventTypes.Find(type)!, new Random(1));
        for (var i = 0; i < 50; i++)
        {
            var said = Any(descriptor, random, 0);
            Assert.Equal(said, EventJson.Parse(EventJson.Format(said), descriptor));
            Assert.Equal(said, EventJson.Parse(Encoding.UTF8.GetBytes(Writer.Format(said)), descriptor));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_same_is_written_as_by_the_reflective_writer(string type)
    {
        var (descriptor, random) = (EventTypes.Find(type)!, new Random(3));
        for (var i = 0; i < 50; i++)
        {
            var said = Any(descriptor, random, 0);
            var json = Encoding.UTF8.GetString(EventJson.Format(said));
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Writer.Format(said)), JsonNode.Parse(json)), json);
        }
    }

    [Fact]
    public void What_no_event_has_is_left_to_the_reflective_writer()
    {
        var said = new Struct { Fields = { ["paths"] = Value.ForList(Value.ForString("a")) } };
        Assert.Equal(Writer.Format(said), Encoding.UTF8.GetString(EventJson.Format(said)));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void However_it_is_written_it_is_read_as_by_the_reflective_reader(string type)
    {
        var (descriptor, random) = (EventTypes.Find(type)!, new Random(2));
        for (var i = 0; i < 300; i++)
        {
            var json = Damaged(Encoding.UTF8.GetString(EventJson.Format(Any(descriptor, random, 0))), random);
            Assert.True(Equals(Read(() => Reference.Parse(json, descriptor)), Read(() => EventJson.Parse(Encoding.UTF8.GetBytes(json), descriptor))), json);
        }
    }

    private static IMessage? Read(Func<IMessage> read)
    {
        try
        {
            return read();
        }
        catch (Exception refused) when (refused is IOException or OverflowException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>One value or stretch of it is another one, or a name is that of the proto file.</summary>
    private static string Damaged(string json, Random random)
    {
        var at = random.Next(json.Length);
        var colon = json.IndexOf("\":", at, StringComparison.Ordinal);
        var oddity = Oddities[random.Next(Oddities.Length)];
        return random.Next(4) switch
        {
            0 => json[..at] + oddity + json[at..],
            1 => json[..at] + json[Math.Min(json.Length, at + random.Next(4))..],
            2 => json.Replace("startInstant", "start_instant", StringComparison.Ordinal).Replace("aggregateId", "aggregate_id", StringComparison.Ordinal),
            _ when colon < 0 => json + oddity,
            _ => json[..(colon + 2)] + oddity + json[End(json, colon + 2)..],
        };
    }

    private static int End(string json, int from) => json.IndexOfAny([',', '}', ']'], from) is var end and >= 0 ? end : json.Length;

    private static IMessage Any(MessageDescriptor descriptor, Random random, int depth)
    {
        var message = descriptor.Parser.ParseFrom(ByteString.Empty);
        if (message is Timestamp timestamp)
        {
            timestamp.Seconds = 1_767_612_600L + random.Next(100_000_000);
            timestamp.Nanos = random.Next(3) switch { 0 => 0, 1 => 120_000_000, _ => random.Next(1_000_000_000) };
            return message;
        }

        foreach (var field in descriptor.Fields.InDeclarationOrder().Where(f => !f.IsMap && random.Next(4) > 0))
        {
            for (var n = field.IsRepeated ? random.Next(4) : 1; n > 0; n--)
            {
                if (AnyValue(field, random, depth) is not { } value)
                {
                    continue;
                }

                if (field.IsRepeated)
                {
                    ((IList)field.Accessor.GetValue(message)).Add(value);
                }
                else
                {
                    field.Accessor.SetValue(message, value);
                }
            }
        }

        return message;
    }

    private static object? AnyValue(FieldDescriptor field, Random random, int depth) => field.FieldType switch
    {
        FieldType.String => Texts[random.Next(Texts.Length)],
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Int32 => random.Next(3) == 0 ? int.MinValue : random.Next(100),
        FieldType.Int64 => random.Next(3) == 0 ? long.MinValue : random.NextInt64(),
        FieldType.Enum when !field.IsRepeated => random.Next(5),
        FieldType.Message when depth < 4 => Any(field.MessageType, random, depth + 1),
        _ => null,
    };
}
