using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Intervision.Intake.IdentifyingText;

/// <summary>
/// Names of the region's communes in a text (DOMAIN §4). The list is INSEE's, embedded: the directory's projection knows
/// codes only, and names change once a year. A name counts where it is written as one, with a capital; leading articles
/// may be missing or contracted (« au Quesnoy »).
/// </summary>
internal static class CommuneNames
{
    /// <summary>Are words as well: at the beginning of a sentence they are taken for words.</summary>
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal)
    {
        "avion", "baron", "bus", "champs", "contes", "contre", "creuse", "croix", "cuts", "denier", "devise", "don", "fins", "folies", "fontaine",
        "frise", "gorges", "long", "marquise", "monts", "rue", "selles", "soupir", "tricot", "ville", "y",
    };

    private static readonly HashSet<string> Articles = new(StringComparer.Ordinal) { "le", "la", "les", "l" };

    /// <summary>By first word, longest first.</summary>
    private static readonly Dictionary<string, Name[]> ByFirstWord = Load();

    /// <summary>Places in the folded text, in order.</summary>
    /// <param name="spared">INSEE codes of communes that may be named: seats of the pôle.</param>
    public static IEnumerable<(int Start, int Length)> In(string text, IReadOnlyCollection<string> spared)
    {
        for (var word = Next(text, 0); word.Length > 0; word = Next(text, word.End))
        {
            if (char.IsUpper(text[word.Start]) && Longest(text, word) is { } found)
            {
                if (!found.Codes.Any(spared.Contains))
                {
                    yield return (word.Start, found.End - word.Start);
                }

                word = word with { End = found.End };
            }
        }
    }

    private static (string[] Codes, int End)? Longest(string text, Word first)
    {
        var written = text.AsSpan(first.Start, first.Length);
        var key = Plain(written);
        // CSAPA, EPS: an abbreviation is no name of a few letters.
        if (!ByFirstWord.TryGetValue(key, out var names) || (first.Length is > 1 and <= 4 && written.IndexOfAnyInRange('a', 'z') < 0))
        {
            return null;
        }

        var following = new Following(text, first.End);
        foreach (var name in names)
        {
            if (following.EndOf(name.Rest) is { } end && (name.Rest.Length > 0 || !Words.Contains(key) || !BeginsSentence(text, first.Start)))
            {
                return (name.Codes, end);
            }
        }

        return null;
    }

    private static bool BeginsSentence(string text, int start)
    {
        while (start > 0 && text[start - 1] is ' ' or '"' or '«' or '-')
        {
            start--;
        }

        return start == 0 || text[start - 1] is '.' or '!' or '?' or ':' or ';';
    }

    private static Word Next(string text, int from)
    {
        while (from < text.Length && !char.IsLetter(text[from]))
        {
            from++;
        }

        var end = from;
        while (end < text.Length && char.IsLetter(text[end]))
        {
            end++;
        }

        return new Word(from, end);
    }

    /// <summary>Lower case, without accents.</summary>
    private static string Plain(ReadOnlySpan<char> word)
    {
        var plain = new StringBuilder(word.Length);
        foreach (var c in word.ToString().ToLowerInvariant().Replace("œ", "oe", StringComparison.Ordinal).Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(c);
            }
        }

        return plain.ToString();
    }

    private static Dictionary<string, Name[]> Load()
    {
        using var resource = typeof(CommuneNames).Assembly.GetManifestResourceStream("communes.csv")!;
        using var lines = new StreamReader(resource, Encoding.UTF8);
        lines.ReadLine();
        var names = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        while (lines.ReadLine() is { } line)
        {
            var fields = line.Split(';');
            var words = Plain(fields[1]).Split([' ', '-', '\''], StringSplitOptions.RemoveEmptyEntries);
            var name = string.Join(' ', words.Length > 1 && Articles.Contains(words[0]) ? words[1..] : words);
            if (!names.TryGetValue(name, out var codes))
            {
                names.Add(name, codes = new HashSet<string>(StringComparer.Ordinal));
            }

            codes.Add(fields[0]);
        }

        return names.Select(n => (Words: n.Key.Split(' '), Codes: n.Value.ToArray()))
            .GroupBy(n => n.Words[0], n => new Name(n.Words[1..], n.Codes), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderByDescending(n => n.Rest.Length).ToArray(), StringComparer.Ordinal);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Word(int Start, int End)
    {
        public int Length => End - Start;
    }

    /// <summary>The words behind a first one, each read and folded once: more than a hundred names begin with « Saint ».</summary>
    private sealed class Following(string text, int firstEnd)
    {
        private readonly List<(string Plain, int End)> words = [];

        /// <summary>Where the name ends, null when the text goes on otherwise.</summary>
        public int? EndOf(string[] rest)
        {
            for (var i = 0; i < rest.Length; i++)
            {
                if ((i == words.Count && !Read()) || words[i].Plain != rest[i])
                {
                    return null;
                }
            }

            return rest.Length == 0 ? firstEnd : words[rest.Length - 1].End;
        }

        private bool Read()
        {
            var from = words.Count == 0 ? firstEnd : words[^1].End;
            var next = Next(text, from);
            // One hyphen, apostrophe or space.
            if (next.Length == 0 || next.Start != from + 1 || text[from] is not ('-' or '\'' or ' '))
            {
                return false;
            }

            words.Add((Plain(text.AsSpan(next.Start, next.Length)), next.End));
            return true;
        }
    }

    /// <param name="Rest">Words after the first.</param>
    /// <param name="Codes">INSEE codes of the communes of that name.</param>
    private sealed record Name(string[] Rest, string[] Codes);
}
