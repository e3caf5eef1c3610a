using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;

namespace Intervision.Dashboard.Telemetry;

/// <summary>Attributes' values as text, cut to their bounds.</summary>
internal static class Values
{
    public static string Text(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.BytesValue => value.BytesValue.ToBase64(),
        AnyValue.ValueOneofCase.ArrayValue or AnyValue.ValueOneofCase.KvlistValue => Json(value)!.ToJsonString(JsonSerializerOptions.Web),
        _ => "",
    };

    public static IReadOnlyList<Tag> Tags(RepeatedField<KeyValue> attributes) => [.. attributes.Select(a => new Tag(a.Key, Text(a.Value)))];

    /// <summary>Cuts the list and each of its values in place; lists and maps become their JSON.</summary>
    /// <returns>How many attributes were left out.</returns>
    public static int Cut(RepeatedField<KeyValue> attributes, TelemetryOptions limits)
    {
        var over = Math.Max(0, attributes.Count - limits.MaxAttributeCount);
        while (attributes.Count > limits.MaxAttributeCount)
        {
            attributes.RemoveAt(attributes.Count - 1);
        }

        foreach (var attribute in attributes)
        {
            if (attribute.Key.Length > 256)
            {
                attribute.Key = Cut(attribute.Key, 256);
            }

            Cut(attribute.Value, limits.MaxAttributeLength);
        }

        return over;
    }

    public static void Cut(AnyValue? value, int length)
    {
        switch (value?.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue when value.StringValue.Length > length:
                value.StringValue = Cut(value.StringValue, length);
                break;
            case AnyValue.ValueOneofCase.ArrayValue or AnyValue.ValueOneofCase.KvlistValue:
                value.StringValue = Cut(Text(value), length);
                break;
            case AnyValue.ValueOneofCase.BytesValue when value.BytesValue.Length > length:
                value.BytesValue = Google.Protobuf.ByteString.CopyFrom(value.BytesValue.Span[..length]);
                break;
        }
    }

    /// <summary>At most this many characters, the last one whole and "…" where something was cut.</summary>
    public static string Cut(string text, int length) => text.Length <= length
        ? text
        : $"{text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)}…";

    private static JsonNode? Json(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.ArrayValue => new JsonArray([.. value.ArrayValue.Values.Select(Json)]),
        AnyValue.ValueOneofCase.KvlistValue => Map(value.KvlistValue.Values),
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue,
        AnyValue.ValueOneofCase.IntValue => value.IntValue,
        AnyValue.ValueOneofCase.DoubleValue when double.IsFinite(value.DoubleValue) => value.DoubleValue,
        _ => Text(value),
    };

    private static JsonObject Map(RepeatedField<KeyValue> values)
    {
        var map = new JsonObject();
        foreach (var value in values)
        {
            map[value.Key] = Json(value.Value);
        }

        return map;
    }
}
