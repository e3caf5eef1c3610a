using Intervision.Membership.V1;
using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Calendar;

/// <summary>A date the rhythm gives and the calendar accepts.</summary>
internal sealed record PlannedDate(DateOnly Date, IReadOnlyList<string> Warnings);

/// <summary>A date the rhythm gives and the calendar refuses.</summary>
internal sealed record SkippedDate(DateOnly Date, string Reason, string French);

internal sealed record SeasonDates(IReadOnlyList<PlannedDate> Planned, IReadOnlyList<SkippedDate> Skipped);

/// <summary>What a pôle brings to its calendar.</summary>
/// <param name="ClosedMonths">Months without sessions in its programme (July and August in Lille).</param>
/// <param name="Rules">What becomes of a date that clashes with a holiday; null for the usual ones.</param>
/// <param name="StartTime">Its usual wall time, which one night a year does not exist; null when that is no matter.</param>
internal sealed record PoleRhythm(
    Rhythm Rhythm, DayOfWeek Weekday, DateOnly? ActiveFrom, IReadOnlySet<int> ClosedMonths, Rules? Rules = null, TimeOnly? StartTime = null);

/// <summary>
/// The dates of a season, pure civil dates: first usual weekday on or after the first day, then by the rhythm. A date
/// refused or shifted does not shift the ones after it: people count on their rhythm.
/// </summary>
internal static class SeasonCalendar
{
    private const int SixWeeks = 42;
    private const int Week = 7;

    public static SeasonDates Dates(PoleRhythm pole, Holidays holidays, DateOnly first, DateOnly last)
    {
        var planned = new List<PlannedDate>();
        var skipped = new List<SkippedDate>();
        var dates = ByRhythm(pole, first, last).ToList();
        foreach (var (i, date) in dates.Index())
        {
            var clash = Clash(pole, holidays, date);
            if (clash is null or { Policy: ClashPolicy.Warn })
            {
                planned.Add(new PlannedDate(date, Warnings(holidays, date)));
            }
            else if (clash.Policy == ClashPolicy.Shift && Shifted(pole, holidays, date, i + 1 < dates.Count ? dates[i + 1] : last.AddDays(1)) is { } later)
            {
                planned.Add(new PlannedDate(later, [.. Warnings(holidays, later), DateWarnings.Shifted(date, clash.Skipped.French)]));
            }
            else
            {
                skipped.Add(clash.Skipped);
            }
        }

        return new SeasonDates(planned, skipped);
    }

    /// <summary>The first usual weekday on or after a day that the calendar accepts and nobody took yet; null within a year.</summary>
    public static PlannedDate? Next(PoleRhythm pole, Holidays holidays, DateOnly from, Func<DateOnly, bool> isFree)
    {
        for (var date = OnOrAfter(from, pole.Weekday); date < from.AddYears(1); date = date.AddDays(Week))
        {
            if (Clash(pole, holidays, date) is null or { Policy: ClashPolicy.Warn } && isFree(date))
            {
                return new PlannedDate(date, Warnings(holidays, date));
            }
        }

        return null;
    }

    /// <summary>
    /// Which turn of the rhythm a day is in, counted from that of a date the rhythm gave: days of one turn have one session
    /// between them. Whole months of a rhythm of months, six weeks from date to date; without a rhythm, the month.
    /// </summary>
    public static int Turn(PoleRhythm pole, DateOnly date, DateOnly day)
    {
        var (apart, length) = pole.Rhythm == Rhythm.EverySixWeeks
            ? (day.DayNumber - date.DayNumber, SixWeeks)
            : ((day.Year - date.Year) * 12 + day.Month - date.Month, pole.Rhythm is Rhythm.OnDemand or Rhythm.Unspecified ? 1 : MonthsOf(pole.Rhythm));
        return (int)Math.Floor((double)apart / length);
    }

    /// <summary>Why no session may be held on a day, whatever the rules; null when one may.</summary>
    public static SkippedDate? Refusal(PoleRhythm pole, Holidays holidays, DateOnly date) =>
        Closed(pole, date) ?? (holidays.PublicHoliday(date) is { } name ? new SkippedDate(date, "PUBLIC_HOLIDAY", $"Jour férié : {name}.") : null);

    public static string[] Warnings(Holidays holidays, DateOnly date) =>
        holidays.SchoolHoliday(date) is { } name ? [DateWarnings.SchoolHoliday(name)] : [];

    private static Clashing? Clash(PoleRhythm pole, Holidays holidays, DateOnly date)
    {
        var rules = pole.Rules ?? Rules.Usual;
        if (Closed(pole, date) is { } closed)
        {
            return new Clashing(closed, ClashPolicy.Skip);
        }

        if (Refusal(pole, holidays, date) is { } holiday)
        {
            return new Clashing(holiday, rules.PublicHolidays);
        }

        return holidays.SchoolHoliday(date) is { } name
            ? new Clashing(new SkippedDate(date, "SCHOOL_HOLIDAY", $"Vacances scolaires (zone B) : {name}."), rules.SchoolHolidays)
            : null;
    }

    /// <summary>What no rule gets around: the pôle or its programme does not meet, or the clocks do not show the time once.</summary>
    private static SkippedDate? Closed(PoleRhythm pole, DateOnly date)
    {
        if (pole.ActiveFrom is { } active && date < active)
        {
            return new SkippedDate(date, "POLE_NOT_ACTIVE", $"Le pôle n'est actif qu'à partir du {active:dd/MM/yyyy}.");
        }

        if (pole.ClosedMonths.Contains(date.Month))
        {
            return new SkippedDate(date, "CLOSED_MONTH", "Le programme n'a pas de séance ce mois-ci.");
        }

        return pole.StartTime is { } time && WallClock.Wrong(date, time) is var (reason, french) ? new SkippedDate(date, reason, french) : null;
    }

    /// <summary>The next same weekday without any clash, before the rhythm's next date.</summary>
    private static DateOnly? Shifted(PoleRhythm pole, Holidays holidays, DateOnly date, DateOnly before)
    {
        for (var later = date.AddDays(Week); later < before; later = later.AddDays(Week))
        {
            if (Clash(pole, holidays, later) is null)
            {
                return later;
            }
        }

        return null;
    }

    private static IEnumerable<DateOnly> ByRhythm(PoleRhythm pole, DateOnly first, DateOnly last)
    {
        if (pole.Rhythm is Rhythm.OnDemand or Rhythm.Unspecified)
        {
            yield break;
        }

        var start = Start(pole, first);
        var week = pole.Rules?.WeekOfMonth is > 0 and var said ? said : WeekOf(start);
        for (var k = 0; ; k++)
        {
            var date = pole.Rhythm == Rhythm.EverySixWeeks ? start.AddDays(SixWeeks * k) : NthWeekday(start.AddMonths(MonthsOf(pole.Rhythm) * k), start.DayOfWeek, week);
            if (date > last)
            {
                yield break;
            }

            yield return date;
        }
    }

    /// <summary>The first usual weekday, or the first n-th weekday of a month where the rules name one.</summary>
    private static DateOnly Start(PoleRhythm pole, DateOnly first)
    {
        if (pole.Rhythm == Rhythm.EverySixWeeks || pole.Rules?.WeekOfMonth is not (> 0 and var week))
        {
            return OnOrAfter(first, pole.Weekday);
        }

        var thisMonth = NthWeekday(first, pole.Weekday, week);
        return thisMonth >= first ? thisMonth : NthWeekday(first.AddDays(1 - first.Day).AddMonths(1), pole.Weekday, week);
    }

    private static int MonthsOf(Rhythm rhythm) => rhythm switch
    {
        Rhythm.Monthly => 1,
        Rhythm.EveryTwoMonths => 2,
        Rhythm.Quarterly => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(rhythm), rhythm, "Not a rhythm of months."),
    };

    private static DateOnly OnOrAfter(DateOnly date, DayOfWeek weekday) =>
        date.AddDays(((int)weekday - (int)date.DayOfWeek + Week) % Week);

    private static int WeekOf(DateOnly date) => ((date.Day - 1) / Week) + 1;

    /// <summary>The n-th such weekday of a day's month; where it has no fifth one, its last.</summary>
    private static DateOnly NthWeekday(DateOnly day, DayOfWeek weekday, int n)
    {
        var month = new DateOnly(day.Year, day.Month, 1);
        var date = OnOrAfter(month, weekday).AddDays(Week * (n - 1));
        return date.Month == month.Month ? date : date.AddDays(-Week);
    }

    private sealed record Clashing(SkippedDate Skipped, ClashPolicy Policy);
}
