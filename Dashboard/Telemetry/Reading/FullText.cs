namespace Intervision.Dashboard.Telemetry.Reading;

/// <summary>What people type, as a query of the full-text index: every word must occur, the last may be a beginning.</summary>
internal static class FullText
{
    /// <returns>Null when there is no word in it.</returns>
    public static string? Query(string? text)
    {
        // Quoted, nothing that people type is an operator. The index cuts words at what is not a letter or a digit: so do we,
        // for a quoted piece of several words would ask for their order, which is not kept.
        var words = string.Concat((text ?? "").Take(1000).Select(c => char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.PrivateUse ? c : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(20).Select(w => $"\"{w}\"").ToList();
        return words.Count == 0 ? null : $"{string.Join(' ', words)}*";
    }
}
