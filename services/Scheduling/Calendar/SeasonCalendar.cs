using Intervision.Membership.V1;

namespace Intervision.Scheduling.Calendar;

/// <summary>A date the rhythm gives and the calendar accepts.</summary>
internal sealed record PlannedDate(DateOnly Date, IReadOnlyList<string> Warnings);

/// <summary>A date the rhythm gives and the calendar refuses.</summary>
internal sealed record SkippedDate(DateOnly Date, string Reason, string French);

internal sealed record SeasonDates(IReadOnlyList<PlannedDate> Planned, IReadOnlyList<SkippedDate> Skipped);

/// <summary>What a pôle brings to its calendar.</summary>
/// <param name="ClosedMonths">Months without sessions in its programme (July and August in Lille).</param>
internal sealed record PoleRhythm(Rhythm Rhythm, DayOfWeek Weekday, DateOnly? ActiveFrom, IReadOnlySet<int> ClosedMonths);

/// <summary>
/// The dates of a season, pure civil dates: first usual weekday on or after the first day, then by the rhythm. A date
/// refused does not shift the ones after it: people count on their rhythm.
/// </summary>
internal static class SeasonCalendar
{
    private const int SixWeeks = 42;

    public static SeasonDates Dates(PoleRhythm pole, Holidays holidays, DateOnly first, DateOnly last)
    {
        var planned = new List<PlannedDate>();
        var skipped = new List<SkippedDate>();
        foreach (var date in ByRhythm(pole.Rhythm, OnOrAfter(first, pole.Weekday), last))
        {
            if (Refusal(pole, holidays, date) is { } refused)
            {
                skipped.Add(refused);
            }
            else
            {
                planned.Add(new PlannedDate(date, Warnings(holidays, date)));
            }
        }

        return new SeasonDates(planned, skipped);
    }

    /// <summary>The first usual weekday on or after a day that the calendar accepts and nobody took yet; null within a year.</summary>
    public static PlannedDate? Next(PoleRhythm pole, Holidays holidays, DateOnly from, Func<DateOnly, bool> isFree)
    {
        for (var date = OnOrAfter(from, pole.Weekday); date < from.AddYears(1); date = date.AddDays(7))
        {
            if (Refusal(pole, holidays, date) is null && isFree(date))
            {
                return new PlannedDate(date, Warnings(holidays, date));
            }
        }

        return null;
    }

    private static SkippedDate? Refusal(PoleRhythm pole, Holidays holidays, DateOnly date)
    {
        if (pole.ActiveFrom is { } active && date < active)
        {
            return new SkippedDate(date, "POLE_NOT_ACTIVE", $"Le pôle n'est actif qu'à partir du {active:dd/MM/yyyy}.");
        }

        if (pole.ClosedMonths.Contains(date.Month))
        {
            return new SkippedDate(date, "CLOSED_MONTH", "Le programme n'a pas de séance ce mois-ci.");
        }

        return holidays.PublicHoliday(date) is { } name
            ? new SkippedDate(date, "PUBLIC_HOLIDAY", $"Jour férié : {name}.")
            : null;
    }

    private static string[] Warnings(Holidays holidays, DateOnly date) =>
        holidays.SchoolHoliday(date) is { } name ? [$"Vacances scolaires (zone B) : {name}."] : [];

    private static IEnumerable<DateOnly> ByRhythm(Rhythm rhythm, DateOnly first, DateOnly last)
    {
        if (rhythm is Rhythm.OnDemand or Rhythm.Unspecified)
        {
            yield break;
        }

        for (var k = 0; ; k++)
        {
            var date = rhythm == Rhythm.EverySixWeeks ? first.AddDays(SixWeeks * k) : SameWeekdayOfMonth(first, MonthsOf(rhythm) * k);
            if (date > last)
            {
                yield break;
            }

            yield return date;
        }
    }

    private static int MonthsOf(Rhythm rhythm) => rhythm switch
    {
        Rhythm.Monthly => 1,
        Rhythm.EveryTwoMonths => 2,
        Rhythm.Quarterly => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(rhythm), rhythm, "Not a rhythm of months."),
    };

    private static DateOnly OnOrAfter(DateOnly date, DayOfWeek weekday) =>
        date.AddDays(((int)weekday - (int)date.DayOfWeek + 7) % 7);

    /// <summary>The same n-th weekday so many months later; where a month has no fifth one, its last.</summary>
    private static DateOnly SameWeekdayOfMonth(DateOnly first, int months)
    {
        var month = new DateOnly(first.Year, first.Month, 1).AddMonths(months);
        var date = OnOrAfter(month, first.DayOfWeek).AddDays((first.Day - 1) / 7 * 7);
        return date.Month == month.Month ? date : date.AddDays(-7);
    }
}
