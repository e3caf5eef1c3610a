using System.Text.RegularExpressions;

namespace Intervision.Intake.Library;

/// <summary>
/// Words taken over from the sheet: whoever could read both would know where an entry comes from, so the text is written
/// anew. Eight words in a row are no accident.
/// </summary>
internal static partial class CopiedText
{
    private const int InARow = 8;

    public static bool IsIn(string text, IEnumerable<string> sources)
    {
        var runs = Runs(text).ToHashSet(StringComparer.Ordinal);
        return sources.SelectMany(Runs).Any(runs.Contains);
    }

    private static IEnumerable<string> Runs(string text)
    {
        string[] words = [.. Word().Matches(text).Select(m => m.Value.ToLowerInvariant())];
        return Enumerable.Range(0, Math.Max(0, words.Length - InARow + 1)).Select(i => string.Join(' ', words, i, InARow));
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();
}
