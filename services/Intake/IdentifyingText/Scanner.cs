using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.IdentifyingText;

/// <summary>Something found in a text; the place is in UTF-16 code units of the text as sent.</summary>
internal sealed record Finding(string Field, int Start, int Length, string Reason, string French, bool Blocks);

/// <summary>
/// Looks for what could tell who the patient is (DOMAIN §4, DESIGN §7.29). What is blocked in sheets is blocked in
/// questions. Neither findings nor messages ever quote the text.
/// </summary>
internal static class Scanner
{
    public const string Refused = "IDENTIFYING_TEXT";

    /// <param name="seats">INSEE codes of the pôle's seat, which may be named.</param>
    public static IReadOnlyList<Finding> Scan(string field, string text, IReadOnlyCollection<string>? seats = null)
    {
        if (text.Length == 0)
        {
            return [];
        }

        var folded = FoldedText.Of(text);
        var strong = Patterns.All.Where(p => !p.Weak).SelectMany(pattern => Matches(pattern, folded, field)).ToList();
        var weak = Patterns.All.Where(p => p.Weak).SelectMany(pattern => Matches(pattern, folded, field)).Concat(Communes(folded, field, seats ?? []));
        return [.. strong.Concat(weak.Where(w => !strong.Exists(s => Contains(s, w)))).OrderBy(f => f.Start)];
    }

    /// <summary>Blocking findings as violations, the others as warnings for the second reader.</summary>
    public static IReadOnlyList<TextWarning> Check(Violations violations, string field, string text, IReadOnlyCollection<string>? seats = null)
    {
        var findings = Scan(field, text, seats);
        foreach (var f in findings.Where(f => f.Blocks))
        {
            violations.Add(new FieldViolation(field, Refused, $"{f.French} (caractères {f.Start + 1} à {f.Start + f.Length})"));
        }

        return Warnings(findings);
    }

    public static IReadOnlyList<TextWarning> Warnings(IEnumerable<Finding> findings) =>
    [
        .. findings.Where(f => !f.Blocks).Select(f => new TextWarning
        {
            Field = f.Field,
            Start = f.Start,
            Length = f.Length,
            Reason = f.Reason,
            Message = f.French,
        }),
    ];

    private static IEnumerable<Finding> Matches(Pattern pattern, FoldedText folded, string field)
    {
        var text = folded.Text;
        for (var match = pattern.Regex.Match(text); match.Success;)
        {
            var end = match.Index + match.Length;
            var real = (!pattern.StandsAlone || StandsAlone(text, match.Index, end)) && pattern.Confirm?.Invoke(match.Value) != false;
            if (real)
            {
                var (start, length) = folded.Origin(match.Index, match.Length);
                yield return new Finding(field, start, length, pattern.Reason, pattern.French, pattern.Blocks);
            }

            // After a false start the true one may begin inside it.
            match = pattern.Regex.Match(text, real ? end : NextStart(pattern, text, match.Index + 1));
        }
    }

    private static IEnumerable<Finding> Communes(FoldedText folded, string field, IReadOnlyCollection<string> seats) =>
        CommuneNames.In(folded.Text, seats).Select(name =>
        {
            var (start, length) = folded.Origin(name.Start, name.Length);
            return new Finding(field, start, length, "COMMUNE", "Un nom de commune peut désigner quelqu'un.", Blocks: false);
        });

    /// <summary>What must stand alone cannot begin behind a digit: a long number is looked at once, not at each of its digits.</summary>
    private static int NextStart(Pattern pattern, string text, int from)
    {
        while (pattern.StandsAlone && from < text.Length && char.IsAsciiDigit(text[from - 1]))
        {
            from++;
        }

        return from;
    }

    private static bool Contains(Finding outer, Finding inner) =>
        outer.Start <= inner.Start && inner.Start + inner.Length <= outer.Start + outer.Length;

    private static bool StandsAlone(string text, int start, int end) =>
        (start == 0 || !char.IsAsciiDigit(text[start - 1])) && (end == text.Length || !char.IsAsciiDigit(text[end]));
}
