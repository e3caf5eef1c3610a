using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Writes proto3 JSON as <see cref="JsonFormatter"/> does, enums as integers, without blanks and without the text in between:
/// a year's events are half a gigabyte. Messages with fields that events of this suite do not have (maps, bytes, fractions,
/// well-known types but instants) are left to that one.
/// </summary>
internal sealed class UsualJsonWriter
{
    private static readonly ConcurrentDictionary<MessageDescriptor, UsualJsonWriter> Known = [];
    private static readonly JsonWriterOptions AsItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly (JsonEncodedText Name, FieldDescriptor Field)[] fields;

    private UsualJsonWriter(MessageDescriptor descriptor) =>
        fields = [.. descriptor.Fields.InFieldNumberOrder().Select(f => (JsonEncodedText.Encode(f.JsonName, AsItIs.Encoder), f))];

    /// <returns>Null when one of its fields is not usual.</returns>
    public static byte[]? Format(IMessage message)
    {
        var bytes = new ArrayBufferWriter<byte>(initialCapacity: 4096);
        using var json = new Utf8JsonWriter(bytes, AsItIs);
        if (!Of(message.Descriptor).Write(json, message))
        {
            return null;
        }

        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    private static UsualJsonWriter Of(MessageDescriptor descriptor) => Known.GetOrAdd(descriptor, d => new UsualJsonWriter(d));

    private bool Write(Utf8JsonWriter json, IMessage message)
    {
        json.WriteStartObject();
        foreach (var (name, field) in fields)
        {
            if (field.IsMap || (Said(message, field) is { } value && !Write(json, name, field, value)))
            {
                return false;
            }
        }

        json.WriteEndObject();
        return true;
    }

    /// <returns>Null for what is left out: absent, empty, or the default of a field that is always there.</returns>
    private static object? Said(IMessage message, FieldDescriptor field)
    {
        if (field.HasPresence)
        {
            return field.Accessor.HasValue(message) ? field.Accessor.GetValue(message) : null;
        }

        var value = field.Accessor.GetValue(message);
        return IsDefault(field, value) ? null : value;
    }

    private static bool IsDefault(FieldDescriptor field, object value) => value switch
    {
        IList list => list.Count == 0,
        string text => text.Length == 0,
        bool flag => !flag,
        long number => number == 0,
        int number => number == 0,
        _ => field.FieldType == FieldType.Enum && (int)value == 0,
    };

    private static bool Write(Utf8JsonWriter json, JsonEncodedText name, FieldDescriptor field, object value)
    {
        json.WritePropertyName(name);
        if (!field.IsRepeated)
        {
            return Write(json, field, value);
        }

        json.WriteStartArray();
        foreach (var item in (IList)value)
        {
            if (!Write(json, field, item))
            {
                return false;
            }
        }

        json.WriteEndArray();
        return true;
    }

    private static bool Write(Utf8JsonWriter json, FieldDescriptor field, object value)
    {
        switch (field.FieldType)
        {
            case FieldType.String:
                json.WriteStringValue((string)value);
                return true;
            case FieldType.Bool:
                json.WriteBooleanValue((bool)value);
                return true;
            case FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 or FieldType.Enum:
                json.WriteNumberValue((int)value);
                return true;
            case FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64:
                json.WriteStringValue(((long)value).ToString(CultureInfo.InvariantCulture));
                return true;
            case FieldType.Message when value is Timestamp instant:
                json.WriteRawValue(instant.ToDiagnosticString());
                return true;
            case FieldType.Message when !field.MessageType.File.Package.Equals("google.protobuf", StringComparison.Ordinal):
                return Of(field.MessageType).Write(json, (IMessage)value);
            default:
                return false;
        }
    }
}
