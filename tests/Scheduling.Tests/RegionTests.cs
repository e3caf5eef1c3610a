using System.Globalization;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>The season of the sample region: 20 pôles of one programme and the Lille network, from the CSV files.</summary>
public sealed class RegionTests(RegionTests.Region fixture) : IClassFixture<RegionTests.Region>
{
    private static readonly DateOnly First = SampleRegion.First;
    private static readonly DateOnly Last = SampleRegion.Last;

    [Fact]
    public async Task The_whole_season_is_planned_without_a_conflict_and_never_on_a_holiday()
    {
        var seasons = new Dictionary<string, PlanSeasonResponse>(StringComparer.Ordinal);
        foreach (var pole in RegionCsv.Read("poles.csv"))
        {
            seasons[pole["pole_code"]] = await Plan(pole, Tokens.Coordinator());
        }

        var holidays = RegionCsv.Read("public_holidays.csv").Select(r => r.Date("date")).ToHashSet();
        foreach (var pole in RegionCsv.Read("poles.csv"))
        {
            var season = seasons[pole["pole_code"]];
            var dates = season.Sessions.Select(s => s.Date.ToDate()!.Value).ToList();
            Assert.All(dates, d => Assert.DoesNotContain(d, holidays));
            Assert.All(season.Sessions, s => Assert.Equal(pole["start_time"], s.StartTime.ToTime()!.Value.ToString("HH:mm", CultureInfo.InvariantCulture)));
            Assert.All(season.Sessions, s => Assert.Equal(pole["weekday"], s.Date.ToDate()!.Value.DayOfWeek.ToString().ToUpperInvariant()));
            Assert.Equal(Expected(pole), dates.Concat(season.SkippedDates.Select(s => s.Date.ToDate()!.Value)).Order());
        }
    }

    [Theory]
    [InlineData("P01", "FRIDAY", 3)]
    [InlineData("P02", "TUESDAY", 2)]
    [InlineData("L01", "TUESDAY", 6)]
    public async Task A_session_has_room_for_its_length_within_the_programmes_maximum(string code, string weekday, int capacity)
    {
        var pole = RegionCsv.Read("poles.csv").Single(p => p["pole_code"] == code);
        Assert.Equal(weekday, pole["weekday"]);
        Assert.All((await Plan(pole, Tokens.Coordinator())).Sessions, s => Assert.Equal(capacity, s.Capacity));
    }

    /// <summary>Counted another way: by walking the days.</summary>
    private static List<DateOnly> Expected(IReadOnlyDictionary<string, string> pole)
    {
        var usual = Enumerable.Range(0, Last.DayNumber - First.DayNumber + 1).Select(First.AddDays)
            .Where(d => d.DayOfWeek.ToString().Equals(pole["weekday"], StringComparison.OrdinalIgnoreCase)).ToList();
        var rank = (usual[0].Day + 6) / 7;
        bool NthOfEvery(DateOnly d, int months) => (d.Day + 6) / 7 == rank && ((d.Year * 12) + d.Month - (First.Year * 12) - First.Month) % months == 0;
        return [.. usual.Where((d, week) => pole["rhythm"] switch
        {
            "MONTHLY" => NthOfEvery(d, 1),
            "EVERY_TWO_MONTHS" => NthOfEvery(d, 2),
            "QUARTERLY" => NthOfEvery(d, 3),
            "EVERY_SIX_WEEKS" => week % 6 == 0,
            _ => false,
        })];
    }

    private async Task<PlanSeasonResponse> Plan(IReadOnlyDictionary<string, string> pole, ServiceDefaults.Security.DevelopmentClaims who) =>
        await fixture.Scheduling.PlanSeasonAsync(
            new PlanSeasonRequest { RequestId = Stage.NewRequest(), Pole = $"poles/{pole["pole_code"]}", FirstDate = First.ToProto(), LastDate = Last.ToProto() },
            Tokens.As(who, Stage.Summer));

    public sealed class Region : SchedulingFixture
    {
        protected override async Task Prepare()
        {
            await base.Prepare();
            foreach (var (subject, message) in SampleRegion.Conventions().Concat(SampleRegion.PolesChanged()))
            {
                await Directory.Say(this, subject, message);
            }
        }
    }
}
