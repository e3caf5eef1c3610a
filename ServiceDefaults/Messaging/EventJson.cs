using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Events on the wire: proto3 JSON with enums as integers, unknown fields ignored, so that consumers survive
/// tomorrow's producer (DESIGN §7.7).
/// </summary>
public static class EventJson
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatEnumsAsIntegers(true));
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static byte[] Format(IMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return UsualJsonWriter.Format(message) ?? FormatAny(message);
    }

    /// <summary>The same as <see cref="Format"/> for a message that holds nothing but <paramref name="part"/>; null for any other.</summary>
    /// <param name="json">The part's JSON.</param>
    public static byte[]? FormatAround(IMessage message, IMessage part, byte[] json)
    {
        ArgumentNullException.ThrowIfNull(message);
        var fields = message.Descriptor.Fields.InDeclarationOrder();
        return fields.Count == 1 && ReferenceEquals(fields[0].Accessor.GetValue(message), part)
            ? [.. Encoding.UTF8.GetBytes($"{{\"{fields[0].JsonName}\":"), .. json, .. "}"u8]
            : null;
    }

    public static IMessage Parse(ReadOnlySpan<byte> json, MessageDescriptor descriptor) =>
        UsualJson.Parse(json, descriptor) ?? ParseAny(json, descriptor);

    /// <summary>Whatever is in it.</summary>
    internal static byte[] FormatAny(IMessage message) => Encoding.UTF8.GetBytes(Formatter.Format(message));

    /// <summary>However it is written.</summary>
    internal static IMessage ParseAny(ReadOnlySpan<byte> json, MessageDescriptor descriptor) =>
        Parser.Parse(Encoding.UTF8.GetString(json), descriptor);
}
