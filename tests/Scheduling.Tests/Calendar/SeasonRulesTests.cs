using System.Globalization;
using Intervision.Membership.V1;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Tests.Calendar;

/// <summary>N-th weekdays, clashes and the nights the clocks change.</summary>
public sealed class SeasonRulesTests
{
    private static readonly DateOnly First = new(2026, 9, 1);

    /// <summary>RRULE FREQ=MONTHLY;BYDAY=2TU;BYMONTH=1,2,3,4,5,6,9,10,11,12 (DOMAIN §7).</summary>
    [Fact]
    public void The_second_Tuesday_of_each_month_but_in_summer() =>
        Assert.Equal(
            ["2026-09-08", "2026-10-13", "2026-11-10", "2026-12-08", "2027-01-12", "2027-02-09", "2027-03-09", "2027-04-13", "2027-05-11", "2027-06-08", "2027-09-14"],
            Planned(Pole(Rhythm.Monthly, DayOfWeek.Tuesday, new Rules(ClashPolicy.Skip, ClashPolicy.Warn, 2), 7, 8), new DateOnly(2027, 9, 30)));

    /// <summary>RRULE FREQ=WEEKLY;INTERVAL=6;BYDAY=TU (DOMAIN §7).</summary>
    /// <summary>Six weeks from DOMAIN's 15 September, and whole months, over the turn of the year and before the first date.</summary>
    [Theory]
    [InlineData(Rhythm.EverySixWeeks, "2026-09-15", 0)]
    [InlineData(Rhythm.EverySixWeeks, "2026-10-26", 0)]
    [InlineData(Rhythm.EverySixWeeks, "2026-10-27", 1)]
    [InlineData(Rhythm.EverySixWeeks, "2026-09-14", -1)]
    [InlineData(Rhythm.Monthly, "2026-09-01", 0)]
    [InlineData(Rhythm.Monthly, "2027-01-31", 4)]
    [InlineData(Rhythm.EveryTwoMonths, "2026-10-31", 0)]
    [InlineData(Rhythm.EveryTwoMonths, "2026-11-01", 1)]
    [InlineData(Rhythm.Quarterly, "2026-11-30", 0)]
    [InlineData(Rhythm.Quarterly, "2026-12-01", 1)]
    [InlineData(Rhythm.Quarterly, "2026-08-31", -1)]
    [InlineData(Rhythm.OnDemand, "2026-10-01", 1)]
    public void A_day_is_in_one_turn_of_the_rhythm(Rhythm rhythm, string day, int turn) =>
        Assert.Equal(turn, SeasonCalendar.Turn(Pole(rhythm, DayOfWeek.Tuesday, Rules.Usual), new DateOnly(2026, 9, 15), DateOnly.Parse(day, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(Rhythm.EverySixWeeks)]
    [InlineData(Rhythm.Monthly)]
    [InlineData(Rhythm.EveryTwoMonths)]
    [InlineData(Rhythm.Quarterly)]
    public void Every_date_of_a_season_is_in_a_turn_of_its_own(Rhythm rhythm)
    {
        var pole = Pole(rhythm, DayOfWeek.Tuesday, Rules.Usual);
        var first = new DateOnly(2026, 9, 15);
        var dates = SeasonCalendar.Dates(pole, new Holidays(new Dictionary<DateOnly, string>(), []), first, first.AddYears(2)).Planned;
        Assert.Equal(Enumerable.Range(0, dates.Count), dates.Select(d => SeasonCalendar.Turn(pole, first, d.Date)));
    }

    [Fact]
    public void Every_sixth_Tuesday() =>
        Assert.Equal(
            ["2026-09-01", "2026-10-13", "2026-11-24", "2027-01-05", "2027-02-16", "2027-03-30"],
            Planned(Pole(Rhythm.EverySixWeeks, DayOfWeek.Tuesday, Rules.Usual), new DateOnly(2027, 4, 30)));

    [Theory]
    [InlineData(Rhythm.Monthly, 5, "2026-09-29", "2026-10-27", "2026-11-24", "2026-12-29")]
    [InlineData(Rhythm.EveryTwoMonths, 5, "2026-09-29", "2026-11-24")]
    [InlineData(Rhythm.Quarterly, 1, "2026-09-01", "2026-12-01")]
    [InlineData(Rhythm.Monthly, 3, "2026-09-15", "2026-10-20", "2026-11-17", "2026-12-15")]
    public void The_week_of_the_month_may_be_said_five_being_the_last(Rhythm rhythm, int week, params string[] dates) =>
        Assert.Equal(dates, Planned(Pole(rhythm, DayOfWeek.Tuesday, new Rules(ClashPolicy.Skip, ClashPolicy.Warn, week)), new DateOnly(2026, 12, 31)));

    [Fact]
    public void A_month_whose_nth_weekday_is_over_is_not_the_first() =>
        Assert.Equal("2026-10-13", Planned(Pole(Rhythm.Monthly, DayOfWeek.Tuesday, new Rules(ClashPolicy.Skip, ClashPolicy.Warn, 2)), new DateOnly(2026, 12, 31), new DateOnly(2026, 9, 9))[0]);

    [Theory]
    [InlineData(ClashPolicy.Skip, "2027-04-01 2027-06-03", "2027-05-06 PUBLIC_HOLIDAY")]
    [InlineData(ClashPolicy.Shift, "2027-04-01 2027-05-13 2027-06-03", "")]
    public void Ascension_is_skipped_or_the_next_Thursday_that_does_not_clash_is_taken(ClashPolicy policy, string planned, string skipped)
    {
        var season = SeasonCalendar.Dates(Pole(Rhythm.Monthly, DayOfWeek.Thursday, new Rules(policy, ClashPolicy.Warn, 0)), Holidays.LegalOnly, new DateOnly(2027, 4, 1), new DateOnly(2027, 6, 30));
        Assert.Equal(planned, string.Join(' ', season.Planned.Select(d => $"{d.Date:yyyy-MM-dd}")));
        Assert.Equal(skipped, string.Join(' ', season.Skipped.Select(s => $"{s.Date:yyyy-MM-dd} {s.Reason}")));
        Assert.Equal(policy == ClashPolicy.Shift, season.Planned.Any(d => d.Warnings.Contains("Décalée du 06/05/2027 : Jour férié : Ascension.")));
    }

    [Theory]
    [InlineData(ClashPolicy.Warn, "2026-10-20 2026-11-17", true)]
    [InlineData(ClashPolicy.Skip, "2026-11-17", false)]
    // 27 October still is a holiday, 3 November is not.
    [InlineData(ClashPolicy.Shift, "2026-11-03 2026-11-17", false)]
    public void A_school_holiday_is_warned_of_skipped_or_got_around(ClashPolicy policy, string planned, bool warned)
    {
        var toussaint = Holidays.LegalOnly with { School = [new SchoolHoliday("Toussaint", new DateOnly(2026, 10, 17), new DateOnly(2026, 11, 2))] };
        var season = SeasonCalendar.Dates(Pole(Rhythm.Monthly, DayOfWeek.Tuesday, new Rules(ClashPolicy.Skip, policy, 3)), toussaint, new DateOnly(2026, 10, 1), new DateOnly(2026, 11, 30));
        Assert.Equal(planned, string.Join(' ', season.Planned.Select(d => $"{d.Date:yyyy-MM-dd}")));
        Assert.Equal(warned, season.Planned.Any(d => d.Warnings.Any(w => w.StartsWith("Vacances scolaires", StringComparison.Ordinal))));
        Assert.Equal(policy == ClashPolicy.Skip ? ["SCHOOL_HOLIDAY"] : Array.Empty<string>(), season.Skipped.Select(s => s.Reason));
    }

    [Fact]
    public void A_date_is_not_shifted_onto_the_next_date_of_the_rhythm_nor_out_of_the_season()
    {
        var holidays = Holidays.LegalOnly with { Days = Enumerable.Range(0, 5).ToDictionary(w => new DateOnly(2026, 10, 6).AddDays(7 * w), _ => "Grève") };
        var season = SeasonCalendar.Dates(Pole(Rhythm.Monthly, DayOfWeek.Tuesday, new Rules(ClashPolicy.Shift, ClashPolicy.Warn, 0)), holidays, First, new DateOnly(2026, 11, 8));
        Assert.Equal(["2026-09-01"], season.Planned.Select(d => $"{d.Date:yyyy-MM-dd}"));
        Assert.Equal(["2026-10-06", "2026-11-03"], season.Skipped.Select(d => $"{d.Date:yyyy-MM-dd}"));
    }

    [Fact]
    public void A_closed_month_is_never_got_around()
    {
        var season = SeasonCalendar.Dates(Pole(Rhythm.Monthly, DayOfWeek.Tuesday, new Rules(ClashPolicy.Shift, ClashPolicy.Shift, 0), 7, 8), Holidays.LegalOnly, new DateOnly(2027, 6, 1), new DateOnly(2027, 9, 30));
        Assert.Equal(["2027-06-01", "2027-09-07"], season.Planned.Select(d => $"{d.Date:yyyy-MM-dd}"));
        Assert.Equal(["CLOSED_MONTH", "CLOSED_MONTH"], season.Skipped.Select(s => s.Reason));
    }

    /// <summary>The nights of 28 March and 31 October 2027, both Sundays.</summary>
    [Theory]
    [InlineData("2027-03-28", "02:30", "LOCAL_TIME_DOES_NOT_EXIST")]
    [InlineData("2027-03-28", "02:00", "LOCAL_TIME_DOES_NOT_EXIST")]
    [InlineData("2027-03-28", "01:59", null)]
    [InlineData("2027-03-28", "03:00", null)]
    [InlineData("2027-10-31", "02:30", "LOCAL_TIME_EXISTS_TWICE")]
    [InlineData("2027-10-31", "02:59", "LOCAL_TIME_EXISTS_TWICE")]
    [InlineData("2027-10-31", "01:59", null)]
    [InlineData("2027-10-31", "03:00", null)]
    [InlineData("2027-10-30", "02:30", null)]
    public void A_wall_time_that_is_no_instant_or_two_is_named_never_guessed(string date, string time, string? reason)
    {
        var (day, at) = (DateOnly.ParseExact(date, "yyyy-MM-dd", null), TimeOnly.ParseExact(time, "HH:mm", null));
        Assert.Equal(reason, WallClock.Wrong(day, at)?.Reason);
        Assert.Equal(reason switch { null => 1, "LOCAL_TIME_DOES_NOT_EXIST" => 0, _ => 2 }, Paris.InstantsOf(day, at).Count);
        Assert.All(Paris.InstantsOf(day, at), i => Assert.Equal((day, at), (Paris.DateOf(i), Paris.TimeOf(i))));
    }

    [Fact]
    public void A_season_of_nights_leaves_out_those_on_which_the_clocks_change_and_keeps_its_wall_time()
    {
        var nights = Pole(Rhythm.EverySixWeeks, DayOfWeek.Sunday, Rules.Usual) with { StartTime = new TimeOnly(2, 30) };
        // 31 weeks lie between 28 March and 31 October: no rhythm of six meets both.
        var spring = SeasonCalendar.Dates(nights, Holidays.LegalOnly, new DateOnly(2027, 2, 14), new DateOnly(2027, 5, 31));
        Assert.Equal([("2027-03-28", "LOCAL_TIME_DOES_NOT_EXIST")], spring.Skipped.Select(s => ($"{s.Date:yyyy-MM-dd}", s.Reason)));
        var autumn = SeasonCalendar.Dates(nights, Holidays.LegalOnly, new DateOnly(2027, 9, 19), new DateOnly(2027, 12, 31));
        Assert.Equal([("2027-10-31", "LOCAL_TIME_EXISTS_TWICE")], autumn.Skipped.Select(s => ($"{s.Date:yyyy-MM-dd}", s.Reason)));
        Assert.All(spring.Planned.Concat(autumn.Planned), d => Assert.Equal(new TimeOnly(2, 30), Paris.TimeOf(Paris.InstantOf(d.Date, new TimeOnly(2, 30)))));
    }

    private static PoleRhythm Pole(Rhythm rhythm, DayOfWeek weekday, Rules rules, params int[] closed) => new(rhythm, weekday, ActiveFrom: null, closed.ToHashSet(), rules);

    private static List<string> Planned(PoleRhythm pole, DateOnly last, DateOnly? first = null) =>
        [.. SeasonCalendar.Dates(pole, Holidays.LegalOnly, first ?? First, last).Planned.Select(d => $"{d.Date:yyyy-MM-dd}")];
}
