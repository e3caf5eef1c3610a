using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Intervision.Intake.IdentifyingText;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Library;

/// <summary>
/// A text that anybody will read. Stricter than a sheet's, which is read by people bound to secrecy: suspicions refuse as
/// well, because a text written for the purpose can always be put another way, and nobody has to accept a risk for the
/// patient. What is left to the reviewer is what no pattern sees.
/// </summary>
internal static partial class PublicText
{
    /// <summary>Written in capitals and nobody's name.</summary>
    private static readonly HashSet<string> Acronyms = new(StringComparer.Ordinal)
    {
        "CSAPA", "CAARUD", "CHRS", "CHRU", "LHSS", "EPSM", "CPTS", "EHPAD", "ESAT", "MDPH", "CCAS", "SAMSAH", "SAVS", "UEMS", "CMPP", "SSIAD", "AUDIT", "HALT",
    };

    private static readonly (Regex Regex, string French)[] Patterns =
    [
        (CaseCode(), "Le code d'un dossier ne doit pas figurer ici."),
        (Month(), "Dites le trimestre ou la saison, jamais le mois."),
        (ExactAge(), "Dites la tranche d'âge ; pour une durée, un ordre de grandeur (« une dizaine d'années »)."),
        (LongNumber(), "Un long numéro ne doit pas figurer ici."),
    ];

    /// <summary>As it is kept and published: NFC, trimmed, lines ended by a line feed.</summary>
    public static string Normal(string text) => Trimmed(text).Normalize(NormalizationForm.FormC);

    /// <summary>Length first; a text of the wrong length is not scanned.</summary>
    /// <param name="text">Already <see cref="Normal"/>.</param>
    public static void Check(Violations v, string field, string text, int least, int most)
    {
        var length = text.EnumerateRunes().Count();
        if (!v.Check(length >= least, field, text.Length == 0 ? "TEXT_MISSING" : "TEXT_TOO_SHORT", $"Ce texte compte {least} caractères au moins.")
            || !v.Check(length <= most, field, "TEXT_TOO_LONG", $"Ce texte compte {most} caractères au plus.")
            || !v.Check(text.EnumerateRunes().All(IsOrdinary), field, "CHARACTER_NOT_ALLOWED", "Ce texte contient un caractère invisible ou illisible."))
        {
            return;
        }

        foreach (var finding in Findings(field, text).OrderBy(f => f.Start))
        {
            v.Add(new FieldViolation(field, Scanner.Refused, $"{finding.French} (caractères {finding.Start + 1} à {finding.Start + finding.Length})"));
        }
    }

    private static IEnumerable<(int Start, int Length, string French)> Findings(string field, string text)
    {
        foreach (var f in Scanner.Scan(field, text))
        {
            yield return (f.Start, f.Length, f.French);
        }

        foreach (var (regex, french) in Patterns)
        {
            foreach (Match match in regex.Matches(text))
            {
                yield return (match.Index, match.Length, french);
            }
        }

        foreach (Match match in Capitalised().Matches(text))
        {
            if (IsName(text, match))
            {
                yield return (match.Index, match.Length, "Un nom propre (personne, lieu, établissement, médicament) désigne quelqu'un : mettez un nom commun.");
            }
        }
    }

    /// <summary>A capital where no sentence begins; or a word of capitals that is no known acronym.</summary>
    private static bool IsName(string text, Match word)
    {
        var letters = word.Value;
        if (letters.Length > 1 && letters.All(char.IsUpper))
        {
            return letters.Length > 3 && !Acronyms.Contains(letters);
        }

        return letters.Length > 1 && !BeginsSentence(text, word.Index);
    }

    private static bool BeginsSentence(string text, int at)
    {
        for (var i = at - 1; i >= 0; i--)
        {
            if (text[i] is '.' or '!' or '?' or '…' or ':' or '\n')
            {
                return true;
            }

            if (!char.IsWhiteSpace(text[i]) && text[i] is not ('«' or '"' or '“' or '(' or '-' or '–' or '—' or '•' or '*'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Neither invisible, by which a name could be cut in two for the patterns, nor one of our own marks.</summary>
    private static bool IsOrdinary(Rune rune) => rune.Value == '\n' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string Trimmed(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Trim();

    [GeneratedRegex(@"SIT[ -]?[0-9A-Z]{4}[ -]?[0-9A-Z]{4}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CaseCode();

    [GeneratedRegex(@"\b(?:janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Month();

    [GeneratedRegex(@"\b[0-9]{1,3}\s?ans\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ExactAge();

    [GeneratedRegex(@"[0-9](?:[ .\u00A0\u202F]?[0-9]){4,}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LongNumber();

    [GeneratedRegex(@"(?<![\p{L}\p{N}])\p{Lu}[\p{L}]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Capitalised();
}
