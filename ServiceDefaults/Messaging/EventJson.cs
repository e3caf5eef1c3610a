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

    public static byte[] Format(IMessage message) => Encoding.UTF8.GetBytes(Formatter.Format(message));

    public static IMessage Parse(ReadOnlySpan<byte> json, MessageDescriptor descriptor) =>
        Parser.Parse(Encoding.UTF8.GetString(json), descriptor);
}
