using Intervision.Scheduling.Calendar;

namespace Intervision.Scheduling.Tests.Calendar;

public sealed class PublicHolidaysTests
{
    [Theory]
    [InlineData(2025, "2025-04-20")]
    [InlineData(2026, "2026-04-05")]
    [InlineData(2027, "2027-03-28")]
    [InlineData(2028, "2028-04-16")]
    [InlineData(2029, "2029-04-01")]
    [InlineData(2030, "2030-04-21")]
    public void Easter_falls_on(int year, string date) => Assert.Equal(date, $"{PublicHolidays.Easter(year):yyyy-MM-dd}");

    [Fact]
    public void Those_computed_are_those_of_the_sample_region()
    {
        var listed = RegionCsv.Read("public_holidays.csv").Select(r => (r.Date("date"), r["name"])).OrderBy(d => d.Item1).ToList();
        var computed = new[] { 2026, 2027, 2028 }.SelectMany(PublicHolidays.Of).Select(d => (d.Key, d.Value)).OrderBy(d => d.Key).ToList();
        Assert.Equal(33, listed.Count);
        Assert.Equal(listed, computed);
    }

    [Fact]
    public void A_year_whose_Ascension_is_the_eighth_of_May_has_ten_days() => Assert.Equal(10, PublicHolidays.Of(1997).Count);
}
