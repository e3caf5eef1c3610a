using System.Buffers.Binary;
using System.Globalization;

namespace Intervision.Dashboard.Telemetry.Reading;

/// <summary>Ids of traces and spans between hexadecimal digits and what is stored.</summary>
internal static class Ids
{
    public static byte[]? Trace(string? text) => text is { Length: 32 } && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;

    public static long? Span(string? text) => text is { Length: 16 } && text.All(char.IsAsciiHexDigit)
        ? unchecked((long)ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))
        : null;

    public static string Trace(ReadOnlySpan<byte> id) => Convert.ToHexStringLower(id);

    public static string Span(long id) => unchecked((ulong)id).ToString("x16", CultureInfo.InvariantCulture);

    public static string Span(ReadOnlySpan<byte> id) => id.Length == 8 ? Span(BinaryPrimitives.ReadInt64BigEndian(id)) : "";
}
