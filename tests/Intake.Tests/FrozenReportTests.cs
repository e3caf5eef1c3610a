using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.Indicators;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Npgsql;
using Cell = Intervision.Intake.V1.ReportIndicatorsResponse.Types.Cell;
using Number = Intervision.Intake.V1.ReportIndicatorsResponse.Types.Number;

namespace Intervision.Intake.Tests;

/// <summary>Figures frozen at the date of the report, and computed again (DOMAIN §8).</summary>
public sealed class FrozenReportTests(FrozenReportTests.Region service) : IClassFixture<FrozenReportTests.Region>
{
    private IntakeService.IntakeServiceClient Intake => service.Intake;

    [Fact]
    public async Task A_report_stays_as_it_was_shown_and_says_what_would_be_shown_otherwise_today()
    {
        var pole = await service.Season(7);
        await service.Season(3);
        await service.Season(3);
        var asked = await Report("", 2026, IndicatorSteps.April);
        var first = await service.Frozen(2026, "", IndicatorSteps.April);
        Assert.Equal(asked, first.Report);
        Assert.Equal(("", 2026, 1, IndicatorSql.Version), (first.Frozen.Pole, first.Frozen.Year, first.Frozen.Number, first.Frozen.FormulaVersion));
        Assert.Equal((IntakeFixture.Coordinator.Subject, IntakeFixture.Start.AddHours(IndicatorSteps.April).ToProto()), (first.Frozen.Freezer, first.Frozen.FreezeTime));
        var ofPole = await service.Frozen(2026, pole, IndicatorSteps.April);
        Assert.Empty((await Get(first.Frozen.Name)).DifferingIndicators);

        // Somebody deposits another paper of the year before: some figures of the region change, none of this pôle.
        await service.Season(1);
        var later = await Get(first.Frozen.Name);
        Assert.Equal((first.Frozen, first.Report, IndicatorSql.Version), (later.Frozen, later.Report, later.CurrentFormulaVersion));
        var today = await Report("", 2026, IndicatorSteps.April + 1);
        Assert.NotEqual(first.Report, today);
        Assert.Equal(GetFrozenIndicators.Differing(first.Report, today), later.DifferingIndicators);
        Assert.Contains("requests_by_channel", later.DifferingIndicators);
        Assert.DoesNotContain("alerts_sent", later.DifferingIndicators);
        Assert.Empty((await Get(ofPole.Frozen.Name)).DifferingIndicators);

        var second = await service.Frozen(2026, "", IndicatorSteps.April + 2);
        Assert.Equal((2, today), (second.Frozen.Number, second.Report));
        Assert.Empty((await Get(second.Frozen.Name)).DifferingIndicators);
        Assert.Equal(first.Report, (await Get(first.Frozen.Name)).Report);
    }

    [Fact]
    public async Task What_is_stored_is_what_was_shown_and_nothing_changes_it()
    {
        var pole = await service.Season(5);
        var frozen = await service.Frozen(2026, pole, IndicatorSteps.April);
        var id = Guid.Parse(frozen.Frozen.Name["frozenIndicators/".Length..]);
        Assert.Equal(frozen.Report.ToByteArray(), await service.Db.Read(tx => tx.Single<byte[]>("select shown from frozen_report where id = @id", new { id }), CancellationToken.None));
        foreach (var sql in new[] { "update frozen_report set no = no + 1", "delete from frozen_report", "truncate frozen_report" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => service.Db.Read(tx => tx.Execute(sql), CancellationToken.None));
            Assert.Equal("42501", refused.SqlState);
            var byOwner = await Assert.ThrowsAsync<PostgresException>(() => service.AsOwner(sql));
            Assert.Contains("never changed", byOwner.MessageText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Frozen_many_times_at_once_it_has_as_many_numbers()
    {
        var frozen = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => service.Frozen(2024, "poles/P13")));
        Assert.Equal(Enumerable.Range(1, 8), frozen.Select(f => f.Frozen.Number).Order());
    }

    [Fact]
    public async Task Everybody_lists_and_reads_what_they_may_ask_for()
    {
        var names = new List<string>();
        foreach (var (pole, hours) in new[] { ("poles/P12", 0), ("poles/P01", 1), ("", 2) })
        {
            names.Add((await service.Frozen(2023, pole, hours)).Frozen.Name);
        }

        foreach (var who in new[] { IntakeFixture.Coordinator, Tokens.Of(Roles.Auditor, "ars") })
        {
            Assert.Equal(names.AsEnumerable().Reverse(), await Listed(who));
        }

        Assert.Equal([names[0]], await Listed(IntakeFixture.Referent));
        Assert.Equal([names[1]], await Listed(IntakeFixture.OtherReferent));
        Assert.Empty((await Intake.ListFrozenIndicatorsAsync(new ListFrozenIndicatorsRequest { Year = 2001 }, IntakeFixture.At(IntakeFixture.Coordinator))).Frozen);
        Assert.Equal("poles/P12", (await Get(names[0], IntakeFixture.Referent)).Frozen.Pole);
        foreach (var (who, name) in new[]
        {
            (IntakeFixture.Referent, names[1]), (IntakeFixture.Referent, names[2]), (IntakeFixture.Coordinator, $"frozenIndicators/{Guid.CreateVersion7()}"),
            (IntakeFixture.Coordinator, "frozenIndicators/1"), (IntakeFixture.Host, names[0]), (IntakeFixture.Requester, names[0]), (IntakeFixture.Cpts, names[0]),
        })
        {
            await Refused.With(
                StatusCode.PermissionDenied, "PERMISSION_DENIED",
                () => Intake.GetFrozenIndicatorsAsync(new GetFrozenIndicatorsRequest { Name = name }, IntakeFixture.At(who)));
        }
    }

    [Theory]
    [InlineData(0, "", "YEAR_INVALID")]
    [InlineData(1999, "", "YEAR_INVALID")]
    [InlineData(10000, "", "YEAR_INVALID")]
    [InlineData(2026, "", "YEAR_NOT_ENDED")]
    [InlineData(2025, "poles/P404", "UNKNOWN_POLE")]
    public async Task What_cannot_be_frozen_is_refused(int year, string pole, string reason) => await Refused.With(
        StatusCode.InvalidArgument, reason,
        () => Intake.FreezeIndicatorsAsync(
            new FreezeIndicatorsRequest { RequestId = IntakeFixture.NewId(), Year = year, Pole = pole }, IntakeFixture.At(IntakeFixture.Coordinator)));

    [Fact]
    public void A_year_is_over_at_midnight_in_Paris()
    {
        var request = new FreezeIndicatorsRequest { Year = 2026 };
        FreezeIndicators.Check(request, poleIsKnown: true, Paris.DateOf(new DateTimeOffset(2026, 12, 31, 23, 0, 0, TimeSpan.Zero)));
        Assert.Throws<ServiceDefaults.Grpc.RuleBroken>(
            () => FreezeIndicators.Check(request, poleIsKnown: true, Paris.DateOf(new DateTimeOffset(2026, 12, 31, 22, 59, 59, TimeSpan.Zero))));
    }

    [Fact]
    public void Reports_differ_by_what_they_show_and_by_nothing_else()
    {
        var then = Shown("<5");
        Assert.Empty(GetFrozenIndicators.Differing(then, Shown("<5")));
        Assert.Equal(["discussions"], GetFrozenIndicators.Differing(then, Shown("n.c.")));
        var other = Shown("<5");
        other.LibraryCases = 1;
        other.Delays[0].MedianDays = 12;
        other.Tables.Add(new ReportIndicatorsResponse.Types.Table { Indicator = "tomorrow" });
        Assert.Equal(["request_to_session", "library_cases", "tomorrow"], GetFrozenIndicators.Differing(then, other));
        Assert.Equal(["tomorrow", "request_to_session", "library_cases"], GetFrozenIndicators.Differing(other, then));
    }

    /// <summary>When it fails: raise IndicatorSql.Version, unless the figures cannot be others, and state the new sum here.</summary>
    [Fact]
    public void Who_changes_a_formula_changes_its_version()
    {
        var formulas = string.Join('\n', [
            .. IndicatorSql.Facts.Select(f => f.Indicator + f.Facts), .. IndicatorSql.Tables.Select(t => t.Indicator + t.Sql),
            .. IndicatorSql.ByPole.Select(t => t.Indicator + t.Sql), .. IndicatorSql.Delays.Select(d => d.Indicator + d.Sql), $"{SmallCells.Threshold}"]);
        Assert.Equal(
            ("2026-1", "6355940c62147091"),
            (IndicatorSql.Version, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(formulas)))[..16]));
    }

    private static ReportIndicatorsResponse Shown(string number) => new()
    {
        Tables =
        {
            new ReportIndicatorsResponse.Types.Table
            {
                Indicator = "discussions",
                Cells = { new Cell { Code = "PREMIERE", Number = new Number { Text = number } } },
                Total = new Number { Value = 18, Text = "18" },
            },
        },
        Delays = { new ReportIndicatorsResponse.Types.Delay { Indicator = "request_to_session" } },
    };

    private async Task<IReadOnlyList<string>> Listed(DevelopmentClaims who)
    {
        var names = new List<string>();
        var request = new ListFrozenIndicatorsRequest { PageSize = 1, Year = 2023 };
        do
        {
            var page = await Intake.ListFrozenIndicatorsAsync(request, IntakeFixture.At(who));
            names.AddRange(page.Frozen.Select(f => f.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return names;
    }

    private async Task<GetFrozenIndicatorsResponse> Get(string name, DevelopmentClaims? who = null) =>
        await Intake.GetFrozenIndicatorsAsync(
            new GetFrozenIndicatorsRequest { Name = name }, IntakeFixture.At(who ?? Tokens.Of(Roles.Auditor, "ars"), IndicatorSteps.April + 1));

    private async Task<ReportIndicatorsResponse> Report(string pole, int year, double hours) => await Intake.ReportIndicatorsAsync(
        new ReportIndicatorsRequest { FromDate = new DateOnly(year, 1, 1).ToProto(), UntilDate = new DateOnly(year + 1, 1, 1).ToProto(), Pole = pole },
        IntakeFixture.At(IntakeFixture.Coordinator, hours));

    /// <summary>Nobody else's cases are in it.</summary>
    public sealed class Region : IntakeFixture;
}

public sealed class FreezeIndicatorsVerb(IntakeFixture service) : VerbCompliance<FreezeIndicatorsRequest, FreezeIndicatorsResponse>(service)
{
    private static int year = 2000;

    protected override DevelopmentClaims Who => IntakeFixture.Coordinator;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    /// <summary>Every test has a year of its own, and only these are of P01.</summary>
    protected override Task<FreezeIndicatorsRequest> Prepare() => Task.FromResult(
        new FreezeIndicatorsRequest { RequestId = IntakeFixture.NewId(), Year = Interlocked.Increment(ref year), Pole = "poles/P01" });

    protected override void Change(FreezeIndicatorsRequest request) => request.Pole = "";

    protected override AsyncUnaryCall<FreezeIndicatorsResponse> Call(FreezeIndicatorsRequest request, Metadata headers) =>
        Intake.FreezeIndicatorsAsync(request, headers);

    protected override Task<long> Effects(FreezeIndicatorsRequest request) => Service.Db.Read(
        tx => tx.Single<long>("select count(*) from frozen_report where year = @Year", new { request.Year }), CancellationToken.None);
}
