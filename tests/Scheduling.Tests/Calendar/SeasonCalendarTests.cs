using Intervision.Membership.V1;
using Intervision.Scheduling.Calendar;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Tests.Calendar;

public sealed class SeasonCalendarTests
{
    private static readonly DateOnly First = new(2026, 9, 1);
    private static readonly DateOnly Last = new(2027, 6, 30);

    /// <summary>DOMAIN §7: Tue 15/09/2026 → 27/10 → 08/12 → 19/01/2027 → 02/03 → 13/04 → 25/05 → 06/07 (July closed).</summary>
    [Fact]
    public void Every_six_weeks_is_forty_two_days()
    {
        var season = SeasonCalendar.Dates(
            Rhythm(Membership.V1.Rhythm.EverySixWeeks, DayOfWeek.Tuesday, closed: [7, 8]), FromCsv(), new DateOnly(2026, 9, 15), new DateOnly(2027, 7, 31));

        Assert.Equal(
            ["2026-09-15", "2026-10-27", "2026-12-08", "2027-01-19", "2027-03-02", "2027-04-13", "2027-05-25"],
            season.Planned.Select(d => $"{d.Date:yyyy-MM-dd}"));
        Assert.Equal(("2027-07-06", "CLOSED_MONTH"), season.Skipped.Select(s => ($"{s.Date:yyyy-MM-dd}", s.Reason)).Single());
        Assert.Equal(
            ["2026-10-27", "2027-03-02"],
            season.Planned.Where(d => d.Warnings.Count > 0).Select(d => $"{d.Date:yyyy-MM-dd}"));
    }

    [Theory]
    [InlineData(Membership.V1.Rhythm.Monthly, "2026-09-01", "2026-10-06", "2026-11-03", "2026-12-01", "2027-01-05", "2027-02-02", "2027-03-02", "2027-04-06", "2027-05-04", "2027-06-01")]
    [InlineData(Membership.V1.Rhythm.EveryTwoMonths, "2026-09-01", "2026-11-03", "2027-01-05", "2027-03-02", "2027-05-04")]
    [InlineData(Membership.V1.Rhythm.Quarterly, "2026-09-01", "2026-12-01", "2027-03-02", "2027-06-01")]
    [InlineData(Membership.V1.Rhythm.OnDemand)]
    public void Rhythms_of_months_keep_the_same_nth_weekday(Rhythm rhythm, params string[] dates) =>
        Assert.Equal(dates, Dates(rhythm, DayOfWeek.Tuesday, First, Last));

    [Fact]
    public void The_first_date_may_be_the_nth_weekday_of_the_month_and_stays_so() =>
        Assert.Equal(
            ["2026-09-15", "2026-10-20", "2026-11-17", "2026-12-15"],
            Dates(Membership.V1.Rhythm.Monthly, DayOfWeek.Tuesday, new DateOnly(2026, 9, 9), new DateOnly(2026, 12, 31)));

    [Fact]
    public void A_fifth_weekday_is_the_last_one_where_a_month_has_four() =>
        Assert.Equal(
            ["2026-09-29", "2026-10-27", "2026-11-24", "2026-12-29"],
            Dates(Membership.V1.Rhythm.Monthly, DayOfWeek.Tuesday, new DateOnly(2026, 9, 29), new DateOnly(2026, 12, 31)));

    [Fact]
    public void A_public_holiday_is_skipped_and_the_rhythm_goes_on()
    {
        // First Thursday: 6 May 2027 is Ascension; the whole list is legal holidays computed, none loaded.
        var season = SeasonCalendar.Dates(Rhythm(Membership.V1.Rhythm.Monthly, DayOfWeek.Thursday), Holidays.LegalOnly, new DateOnly(2027, 4, 1), new DateOnly(2027, 6, 30));
        Assert.Equal(["2027-04-01", "2027-06-03"], season.Planned.Select(d => $"{d.Date:yyyy-MM-dd}"));
        var skipped = Assert.Single(season.Skipped);
        Assert.Equal((new DateOnly(2027, 5, 6), "PUBLIC_HOLIDAY"), (skipped.Date, skipped.Reason));
        Assert.Contains("Ascension", skipped.French, StringComparison.Ordinal);
    }

    [Fact]
    public void A_day_given_without_sessions_is_skipped_like_a_legal_holiday()
    {
        var closed = new Holidays(new Dictionary<DateOnly, string> { [new(2026, 10, 6)] = "Grève générale" }, []);
        var season = SeasonCalendar.Dates(Rhythm(Membership.V1.Rhythm.Monthly, DayOfWeek.Tuesday), closed, First, new DateOnly(2026, 11, 30));
        Assert.Equal([new DateOnly(2026, 10, 6)], season.Skipped.Select(s => s.Date));
    }

    [Fact]
    public void Dates_before_the_pole_is_active_are_skipped()
    {
        var pole = Rhythm(Membership.V1.Rhythm.Monthly, DayOfWeek.Tuesday) with { ActiveFrom = new DateOnly(2026, 10, 6) };
        var season = SeasonCalendar.Dates(pole, Holidays.LegalOnly, First, new DateOnly(2026, 11, 30));
        Assert.Equal(["2026-10-06", "2026-11-03"], season.Planned.Select(d => $"{d.Date:yyyy-MM-dd}"));
        Assert.Equal([(First, "POLE_NOT_ACTIVE")], season.Skipped.Select(s => (s.Date, s.Reason)));
    }

    [Fact]
    public void The_return_to_class_is_no_holiday_any_more()
    {
        var toussaint = new SchoolHoliday("Toussaint", new DateOnly(2026, 10, 17), new DateOnly(2026, 11, 2));
        Assert.False(toussaint.Contains(new DateOnly(2026, 10, 16)));
        Assert.True(toussaint.Contains(new DateOnly(2026, 10, 17)));
        Assert.True(toussaint.Contains(new DateOnly(2026, 11, 1)));
        Assert.False(toussaint.Contains(new DateOnly(2026, 11, 2)));
    }

    [Fact]
    public void On_demand_the_next_date_passes_over_taken_days_holidays_and_closed_months()
    {
        var pole = Rhythm(Membership.V1.Rhythm.OnDemand, DayOfWeek.Tuesday, closed: [7, 8]);
        DateOnly? Next(DateOnly from, params DateOnly[] taken) => SeasonCalendar.Next(pole, Holidays.LegalOnly, from, d => !taken.Contains(d))?.Date;

        Assert.Equal(new DateOnly(2026, 9, 1), Next(new DateOnly(2026, 9, 1)));
        Assert.Equal(new DateOnly(2026, 9, 8), Next(new DateOnly(2026, 9, 1), new DateOnly(2026, 9, 1)));
        Assert.Equal(new DateOnly(2026, 9, 1), Next(new DateOnly(2026, 7, 1)));
        Assert.Equal(new DateOnly(2028, 4, 25), SeasonCalendar.Next(pole with { Weekday = DayOfWeek.Tuesday }, new Holidays(new Dictionary<DateOnly, string> { [new(2028, 4, 18)] = "x" }, []), new DateOnly(2028, 4, 18), _ => true)?.Date);
    }

    /// <summary>DOMAIN §7: 12:30 in Paris on both sides of the four switches.</summary>
    [Theory]
    [InlineData("2026-03-28", "11:30")]
    [InlineData("2026-03-30", "10:30")]
    [InlineData("2026-10-23", "10:30")]
    [InlineData("2026-10-26", "11:30")]
    [InlineData("2027-03-27", "11:30")]
    [InlineData("2027-03-28", "10:30")]
    [InlineData("2027-10-30", "10:30")]
    [InlineData("2027-10-31", "11:30")]
    public void Half_past_twelve_in_Paris_is_this_instant(string date, string utc) =>
        Assert.Equal(
            DateTimeOffset.Parse($"{date}T{utc}:00Z", System.Globalization.CultureInfo.InvariantCulture),
            Paris.InstantOf(DateOnly.ParseExact(date, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), new TimeOnly(12, 30)));

    private static IEnumerable<string> Dates(Rhythm rhythm, DayOfWeek weekday, DateOnly first, DateOnly last) =>
        SeasonCalendar.Dates(Rhythm(rhythm, weekday), Holidays.LegalOnly, first, last).Planned.Select(d => $"{d.Date:yyyy-MM-dd}");

    private static PoleRhythm Rhythm(Rhythm rhythm, DayOfWeek weekday, int[]? closed = null) =>
        new(rhythm, weekday, ActiveFrom: null, (closed ?? []).ToHashSet());

    private static Holidays FromCsv() => new(
        new Dictionary<DateOnly, string>(),
        [.. RegionCsv.Read("school_holidays_zone_b.csv").Select(r => new SchoolHoliday(r["name"], r.Date("first_date"), r.Date("return_date")))]);
}
