using System.Globalization;
using System.Text.RegularExpressions;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;
using HalfDay = Intervision.Intake.V1.Availability.Types.HalfDay;

namespace Intervision.Intake.Email;

/// <summary>
/// Dates followed, on their line, by the part of the day: « 6 octobre 2026 matin », « les 6 et 8 octobre matin »,
/// « 06/10 après-midi », « 2026-10-06 midi ». A date alone may be anything, and is left out; so is 1/2, which is half a tablet.
/// </summary>
internal static class FoundAvailabilities
{
    private const int Most = 30;
    private const int Reach = 60;

    private static readonly string[] Months =
        ["janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"];

    private static readonly Regex Dates = new(
        $@"\b(?<y>20[0-9]{{2}})-(?<m>[0-9]{{1,2}})-(?<d>[0-9]{{1,2}})\b|\b(?<d>[0-9]{{1,2}})/(?<m>[0-9]{{1,2}})/(?<y>20[0-9]{{2}})\b|\b(?<d>[0-9]{{2}})/(?<m>[0-9]{{2}})\b|\b(?<more>(?:[0-9]{{1,2}}(?:er)?(?:, (?:et )?| et )(?:le )?){{1,6}})?(?<d>[0-9]{{1,2}})(?:er)? (?<n>{string.Join('|', Months)})(?: (?<y>20[0-9]{{2}}))?\b",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));

    private static readonly Regex Numbers = new("[0-9]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));

    /// <param name="today">A date without a year is the next such day; what is past or more than a year away is left out.</param>
    public static IReadOnlyList<Availability> In(string ownWords, DateOnly today)
    {
        var text = Fold(ownWords);
        var dates = Dates.Matches(text);
        var found = new List<Availability>();
        for (var i = 0; i < dates.Count && found.Count < Most; i++)
        {
            var from = dates[i].Index + dates[i].Length;
            var until = Math.Min(from + Reach, i + 1 < dates.Count ? dates[i + 1].Index : text.Length);
            // 06/10/1980 begins with no date of this year.
            var whole = from == text.Length || text[from] != '/';
            var halfDays = whole ? HalfDays(text[from..until].Split('\n')[0]) : [];
            found.AddRange(
                from date in DatesOf(dates[i], today)
                where date >= today && date <= today.AddYears(1)
                from halfDay in halfDays
                select new Availability { Date = date.ToProto(), HalfDay = halfDay });
        }

        return [.. found.Distinct().Take(Most)];
    }

    private static IEnumerable<HalfDay> HalfDays(string after)
    {
        var wholeDay = after.Contains("journee", StringComparison.Ordinal);
        var withoutAfternoon = after.Replace("apres-midi", "", StringComparison.Ordinal).Replace("apres midi", "", StringComparison.Ordinal);
        if (wholeDay || after.Contains("matin", StringComparison.Ordinal))
        {
            yield return HalfDay.Morning;
        }

        if (wholeDay || withoutAfternoon.Contains("midi", StringComparison.Ordinal))
        {
            yield return HalfDay.Noon;
        }

        if (wholeDay || withoutAfternoon.Length < after.Length)
        {
            yield return HalfDay.Afternoon;
        }
    }

    /// <summary>« 6, 7 et 8 octobre » are three.</summary>
    private static IEnumerable<DateOnly> DatesOf(Match match, DateOnly today) =>
        Numbers.Matches(match.Groups["more"].Value).Select(n => int.Parse(n.ValueSpan, CultureInfo.InvariantCulture))
            .Append(Number(match.Groups["d"])).Select(day => DateOf(match, day, today)).OfType<DateOnly>();

    private static DateOnly? DateOf(Match match, int day, DateOnly today)
    {
        var month = match.Groups["n"].Success ? Array.IndexOf(Months, match.Groups["n"].Value) + 1 : Number(match.Groups["m"]);
        if (match.Groups["y"].Success)
        {
            return Date(Number(match.Groups["y"]), month, day);
        }

        return Date(today.Year, month, day) is { } date && date >= today ? date : Date(today.Year + 1, month, day);
    }

    private static DateOnly? Date(int year, int month, int day) =>
        month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    private static string Fold(string text) => string.Concat(
        text.ToLowerInvariant().Select(c => c switch { 'é' or 'è' or 'ê' => 'e', 'û' or 'ù' => 'u', '’' => '\'', '\u00a0' => ' ', '‑' => '-', _ => c }));
}
