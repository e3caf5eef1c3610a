using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Tests;

/// <summary>A report of a year that is running, compared with itself, tells of no case (ADR 0017).</summary>
public sealed class RunningYearTests(RunningYearTests.Region service) : IClassFixture<RunningYearTests.Region>
{
    private static readonly DateOnly From = new(2026, 1, 1);

    [Fact]
    public async Task Only_quarters_that_are_over_are_counted_in_bands_and_nothing_moves_by_a_deposit()
    {
        // 1 October: all of these are deposited in the fourth quarter.
        await Deposit(6);
        Assert.Equal("= <5", Text(await Report(days: 60)));
        var inJanuary = await Report(days: 100);
        Assert.Equal("COMPLEXITE_SUIVI 6 = 6", Text(inJanuary));

        // The year after: seen from its second quarter, then with more of that quarter.
        await Deposit(7, days: 100);
        var before = await Report(days: 190, year: 2027);
        Assert.Equal("COMPLEXITE_SUIVI 5 à 9 = 5 à 9", Text(before));
        Assert.All(before.Tables, t => Assert.All(t.Cells.Select(c => c.Number).Append(t.Total), n => Assert.False(n.HasValue)));
        Assert.Empty(before.Delays);
        for (var i = 0; i < 4; i++)
        {
            await Deposit(1, days: 190);
            Assert.Equal(before, await Report(days: 190, year: 2027));
        }

        // When that quarter is over, 7 and 4 more; in the new year, exactly.
        Assert.Equal("COMPLEXITE_SUIVI 10 à 14 = 10 à 14", Text(await Report(days: 280, year: 2027)));
        Assert.Equal("COMPLEXITE_SUIVI 11 = 11", Text(await Report(days: 470, year: 2027)));
    }

    private async Task Deposit(int number, int days = 0)
    {
        for (var i = 0; i < number; i++)
        {
            await service.Intake.SubmitCaseAsync(IntakeFixture.Request(r => r.Availabilities[0].Date = Paris.DateOf(IntakeFixture.Start).AddDays(days + 20).ToProto()), IntakeFixture.At(IntakeFixture.Coordinator, FollowUpSteps.Day(days)));
        }
    }

    private async Task<ReportIndicatorsResponse> Report(int days, int year = 2026) => await service.Intake.ReportIndicatorsAsync(
        new ReportIndicatorsRequest { FromDate = From.AddYears(year - 2026).ToProto(), UntilDate = From.AddYears(year - 2025).ToProto() },
        IntakeFixture.At(IntakeFixture.Coordinator, FollowUpSteps.Day(days)));

    private static string Text(ReportIndicatorsResponse report)
    {
        var table = report.Tables.Single(t => t.Indicator == "requests_by_motive");
        return string.Join(' ', [.. table.Cells.Select(c => $"{c.Code} {c.Number.Text}"), "=", table.Total.Text]);
    }

    /// <summary>Nobody else's cases are in it.</summary>
    public sealed class Region : IntakeFixture;
}
