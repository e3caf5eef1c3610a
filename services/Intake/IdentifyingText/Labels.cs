using System.Buffers;

namespace Intervision.Intake.IdentifyingText;

/// <summary>
/// Short strings that whoever deposits chooses: kept in clear and told to whoever sees the case, so they must not be a way to
/// say who the patient is. No free text: neither spaces nor accents; no identifying number. A surname cannot be told from an
/// abbreviation: the contract forbids it (docs/cpts-integration.md).
/// </summary>
internal static class Labels
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-");

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public static bool IsPlain(string label) => !label.AsSpan().ContainsAnyExcept(Plain);

    /// <summary>It contains what is blocked in a text.</summary>
    public static bool Identifies(string label) => !IsDrawn(label) && Scanner.Scan("", label).Any(f => f.Blocks);

    /// <summary>A UUID or a hash: digits that chance has put together, one in some hundreds of them like a telephone number.</summary>
    private static bool IsDrawn(string label) =>
        Guid.TryParseExact(label, "D", out _) || (label.Length == 64 && !label.AsSpan().ContainsAnyExcept(Hexadecimal));
}
