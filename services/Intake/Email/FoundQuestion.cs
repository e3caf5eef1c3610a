using System.Text.RegularExpressions;

namespace Intervision.Intake.Email;

/// <summary>The first interrogative sentence that can be a question to the table.</summary>
internal static class FoundQuestion
{
    private const int Shortest = 10;
    private const int Longest = 500;
    private const int LongestAbbreviation = 3;

    private static readonly Regex Paragraph = new(@"\n[ \t]*\n", RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));

    /// <summary>A greeting names people, and is no part of the question.</summary>
    private static readonly Regex Greeting = new(
        @"^(?:bonjour|bonsoir|madame|monsieur|mesdames|messieurs|cher|ch[èe]re|chers|ch[èe]res)\b[^,?!]{0,80}, ?",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));

    /// <summary>Null when none is found.</summary>
    public static string? In(string ownWords) =>
        Paragraph.Split(ownWords).SelectMany(p => Sentences(p.Replace('\n', ' '))).Select(s => Greeting.Replace(s, "", 1).Trim())
            .FirstOrDefault(s => s.EndsWith('?') && s.EnumerateRunes().Count() is >= Shortest and <= Longest);

    private static IEnumerable<string> Sentences(string paragraph)
    {
        var start = 0;
        for (var i = 0; i < paragraph.Length; i++)
        {
            var ends = paragraph[i] is '!' or '?' or '…' || (paragraph[i] == '.' && !Abbreviates(paragraph, i));
            if (ends && (i + 1 == paragraph.Length || char.IsWhiteSpace(paragraph[i + 1])))
            {
                yield return paragraph[start..(i + 1)].Trim();
                start = i + 1;
            }
        }
    }

    /// <summary>« M. », « Dr. », « J. » end no sentence: what follows would be a name that nothing announces any more.</summary>
    private static bool Abbreviates(string paragraph, int stop)
    {
        var start = stop;
        while (start > 0 && char.IsLetter(paragraph[start - 1]))
        {
            start--;
        }

        return stop - start is > 0 and <= LongestAbbreviation;
    }
}
