using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Reads proto3 JSON as the services of this suite write it, several times faster than <see cref="JsonParser"/>: no tokens, no
/// text for what is only looked at. What is written otherwise (an enum by its name, a number as a text, null, a map …) is left
/// to that one, and so is whatever is wrong: both give the same message.
/// </summary>
internal sealed class UsualJson
{
    private const string SecondsOnly = "2026-01-05T11:30:00Z";
    private const string SevenDecimals = "2026-01-05T11:30:00.1234567Z";
    private static readonly ConcurrentDictionary<MessageDescriptor, UsualJson> Known = [];
    private readonly MessageDescriptor descriptor;
    private readonly (byte[] Name, FieldDescriptor Field)[] fields;

    private UsualJson(MessageDescriptor descriptor)
    {
        this.descriptor = descriptor;
        // Both names are taken, as JsonParser does.
        fields = [.. descriptor.Fields.InDeclarationOrder().SelectMany(f => new[] { f.JsonName, f.Name }.Distinct(StringComparer.Ordinal).Select(n => (Encoding.UTF8.GetBytes(n), f)))];
    }

    /// <returns>Null when it is not written as usual.</returns>
    public static IMessage? Parse(ReadOnlySpan<byte> json, MessageDescriptor descriptor)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            return reader.Read() && Of(descriptor).Message(ref reader) is { } message && !reader.Read() ? message : null;
        }
        catch (Exception unusual) when (unusual is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static UsualJson Of(MessageDescriptor descriptor) => Known.GetOrAdd(descriptor, d => new UsualJson(d));

    private IMessage? Message(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        var message = descriptor.Parser.ParseFrom(ByteString.Empty);
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Find(ref reader, ref next);
            reader.Read();
            if (field is null)
            {
                // Of tomorrow's producer.
                reader.Skip();
            }
            else if (!Set(message, field, ref reader))
            {
                return null;
            }
        }

        return message;
    }

    /// <summary>Fields come in their order as a rule: looked for from where the last one was.</summary>
    private FieldDescriptor? Find(ref Utf8JsonReader reader, ref int next)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            var at = (next + i) % fields.Length;
            if (reader.ValueTextEquals(fields[at].Name))
            {
                next = at + 1;
                return fields[at].Field;
            }
        }

        return null;
    }

    private static bool Set(IMessage message, FieldDescriptor field, ref Utf8JsonReader reader)
    {
        if (field.IsMap || field.RealContainingOneof is not null)
        {
            return false;
        }

        if (!field.IsRepeated)
        {
            var value = Value(field, ref reader);
            if (value is not null)
            {
                field.Accessor.SetValue(message, value);
            }

            return value is not null;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var list = (IList)field.Accessor.GetValue(message);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Value(field, ref reader) is not { } value)
            {
                return false;
            }

            list.Add(value);
        }

        return true;
    }

    /// <returns>Null when it is not written as usual.</returns>
    private static object? Value(FieldDescriptor field, ref Utf8JsonReader reader) => (field.FieldType, reader.TokenType) switch
    {
        (FieldType.String, JsonTokenType.String) => reader.GetString(),
        (FieldType.Bool, JsonTokenType.True) => true,
        (FieldType.Bool, JsonTokenType.False) => false,
        (FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32, JsonTokenType.Number) => reader.TryGetInt32(out var number) ? number : null,
        (FieldType.Enum, JsonTokenType.Number) => !field.IsRepeated && reader.TryGetInt32(out var number) ? number : null,
        (FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64, JsonTokenType.String) => Long(reader.GetString()!),
        (FieldType.Message, JsonTokenType.String) when field.MessageType == Timestamp.Descriptor => Instant(ref reader),
        (FieldType.Message, _) when !field.MessageType.File.Package.Equals("google.protobuf", StringComparison.Ordinal) => Of(field.MessageType).Message(ref reader),
        _ => null,
    };

    /// <summary>As it is written: no sign or zero too many.</summary>
    private static object? Long(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value.ToString(CultureInfo.InvariantCulture) == text ? value : null;

    /// <summary>UTC, to the second or with up to seven decimals.</summary>
    private static Timestamp? Instant(ref Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        return text.Length >= SecondsOnly.Length && text.Length <= SevenDecimals.Length && text[^1] == 'Z' && text[SecondsOnly.Length - 1] is (byte)'Z' or (byte)'.'
            && reader.TryGetDateTimeOffset(out var instant)
            ? Timestamp.FromDateTimeOffset(instant)
            : null;
    }
}
