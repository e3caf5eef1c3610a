using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>The indicators that come from cases, in a region of this test's own.</summary>
public sealed class IndicatorTests(IndicatorTests.Region service) : IClassFixture<IndicatorTests.Region>
{
    private static readonly DateOnly From = new(2026, 1, 1);
    private static readonly DateOnly Until = new(2027, 1, 1);

    private IntakeService.IntakeServiceClient Intake => service.Intake;

    [Fact]
    public async Task The_region_is_told_by_code_the_poles_in_total_and_nothing_small_of_either()
    {
        var (one, small, other) = (await service.Season(7), await service.Season(4), await service.Season(7));
        var region = await Report("", From, Until, Tokens.Of(Roles.Auditor, "ars"));
        Assert.Equal("LIBERAL 18 = 18", Text(region, "requests_by_requester"));
        Assert.Equal("ASSOCIATION 18 = 18", Text(region, "requests_by_channel"));
        Assert.Equal("AUTRE <5 COMPLEXITE_SUIVI n.c. = 18", Text(region, "requests_by_motive"));
        Assert.Equal("PREMIERE 18 = 18", Text(region, "discussions"));
        Assert.Equal("FAITE 18 = 18", Text(region, "restitutions"));
        Assert.Equal("NON_REALISEE <5 REALISEE_A_TEMPS n.c. = 18", Text(region, "decisions"));
        // The reviews are due in the year after.
        Assert.Equal("= <5", Text(region, "outcomes_three_months"));
        Assert.Equal([("request_to_session", 35, 63), ("discussion_to_restitution", 5, 5)], region.Delays.Select(d => (d.Indicator, d.MedianDays, d.P90Days)));
        var next = await Report("", Until, Until.AddYears(1), IntakeFixture.Coordinator, days: 500);
        Assert.Equal("SANS_REPONSE <5 STABLE n.c. = 18", Text(next, "outcomes_three_months"));
        Assert.Equal("= <5", Text(next, "requests_by_channel"));
        Assert.All(next.Delays, d => Assert.False(d.HasMedianDays || d.HasP90Days));

        // 18 less 7 less 7 would be 4.
        var totals = new List<string>();
        foreach (var pole in new[] { one, small, other })
        {
            var report = await Report(pole, From, Until, IntakeFixture.Coordinator);
            Assert.All(report.Tables, t => Assert.Empty(t.Cells));
            Assert.Empty(report.Delays);
            totals.Add(Text(report, "requests_by_motive"));
        }

        Assert.Equal("= <5", totals[1]);
        Assert.Equal(["= 7", "= <5", "= n.c."], totals.Order(StringComparer.Ordinal));
        Assert.Equal("= <5", Text(await Report("poles/P12", From, Until, IntakeFixture.Coordinator), "requests_by_motive"));
        await MayCount(one, small);
    }

    private async Task MayCount(string pole, string other)
    {
        var referent = Tokens.Referent("professionals/PER-I", pole);
        Assert.Equal(await Report(pole, From, Until, IntakeFixture.Coordinator), await Report("", From, Until, referent));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Report(other, From, Until, referent));
        await Refused.With(StatusCode.InvalidArgument, "POLE_MISSING", () => Report("", From, Until, Tokens.Referent("professionals/PER-I", pole, other)));
        foreach (var who in new[] { IntakeFixture.Host, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling, Tokens.Of(Roles.FinanceOfficer, "finance") })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Report(pole, From, Until, who));
        }
    }

    [Fact]
    public async Task Periods_are_calendar_years()
    {
        await Refused.With(StatusCode.InvalidArgument, "FROM_DATE_INVALID", () => Report("", From.AddMonths(3), Until, IntakeFixture.Coordinator));
        await Refused.With(StatusCode.InvalidArgument, "UNTIL_DATE_INVALID", () => Report("", From, Until.AddYears(1), IntakeFixture.Coordinator));
        await Refused.With(StatusCode.InvalidArgument, "UNTIL_DATE_INVALID", () => Report("", From, From, IntakeFixture.Coordinator));
    }

    private AsyncUnaryCall<ReportIndicatorsResponse> Report(string pole, DateOnly from, DateOnly until, DevelopmentClaims who, int days = 200) =>
        Intake.ReportIndicatorsAsync(
            new ReportIndicatorsRequest { FromDate = from.ToProto(), UntilDate = until.ToProto(), Pole = pole }, IntakeFixture.At(who, FollowUpSteps.Day(days)));

    private static string Text(ReportIndicatorsResponse report, string indicator)
    {
        var table = report.Tables.Single(t => t.Indicator == indicator);
        return string.Join(' ', [.. table.Cells.Select(c => $"{c.Code} {c.Number.Text}"), "=", table.Total.Text]);
    }

    /// <summary>Nobody else's cases are in it.</summary>
    public sealed class Region : IntakeFixture;
}
