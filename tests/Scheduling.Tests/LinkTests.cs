using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Links;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>Who met whom, counted and nothing else.</summary>
public sealed class LinkTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Pairs_that_sat_at_the_same_situation_are_counted_new_once_and_outlive_the_case()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Certified();
        // Référent, expert and requester were at the item; the physician signed the sheet only.
        Assert.Equal((3, 3), await Count(stage, 9, 9));
        await fixture.Deliver("intake", new CaseErased { Case = stage.Case(1) }, stage.Case(1), Stage.Start.AddDays(900));
        Assert.Equal((3, 3), await Count(stage, 9, 12));
        Assert.Null(await Count(stage, 10, 12));
    }

    [Fact]
    public async Task An_auditor_sees_whole_years_that_are_over_and_no_small_number()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Certified();
        var auditor = Tokens.Of(Roles.Auditor, "auditor@ars");
        await Refused.With(StatusCode.InvalidArgument, "WHOLE_YEAR_ONLY", () => Ask(9, 9, auditor, new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero)));
        await Refused.With(StatusCode.InvalidArgument, "WHOLE_YEAR_ONLY", () => Ask(1, 12, auditor, new DateTimeOffset(2026, 12, 31, 12, 0, 0, TimeSpan.Zero)));
        await Refused.With(StatusCode.InvalidArgument, "PERIOD_INVALID", () => Ask(12, 1, stage.Coordinator, Stage.Start));
        var counted = await Ask(1, 12, auditor, new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Contains(counted.Poles, p => p.Pole == stage.Pole && !p.HasPairs && !p.HasNewPairs);
        Assert.DoesNotContain(counted.Poles.Append(counted.Total), p => p is { HasPairs: true, Pairs: > 0 and < 5 } or { HasNewPairs: true, NewPairs: > 0 and < 5 });
    }

    /// <summary>Neither a small number nor one that the others and the sum would tell.</summary>
    [Fact]
    public void No_small_number_is_shown_nor_alone_in_being_kept_back() =>
        Prop.ForAll(
            Gen.Choose(0, 12).Two().ListOf(6).ToArbitrary(),
            drawn =>
            {
                var rows = drawn.Select(d => new LinkRow { Pairs = Math.Max(d.Item1, d.Item2), NewPairs = Math.Min(d.Item1, d.Item2) }).ToList();
                var shown = SmallLinks.Of(rows);
                Assert.DoesNotContain(shown, s => s.Pairs is > 0 and < 5 || s.NewPairs is > 0 and < 5);
                Assert.DoesNotContain(shown, s => s is { Pairs: { } pairs, NewPairs: { } fresh } && pairs - fresh is > 0 and < 5);
                MustNotTell([.. rows.Select(r => r.Pairs)], [.. shown.Select(s => s.Pairs)]);
                MustNotTell([.. rows.Select(r => r.NewPairs)], [.. shown.Select(s => s.NewPairs)]);
            }).QuickCheckThrowOnFailure();

    private static void MustNotTell(IReadOnlyList<int> cells, IReadOnlyList<int?> shown)
    {
        var hidden = Enumerable.Range(0, cells.Count).Where(i => shown[i] is null).ToList();
        var all = hidden.Count == cells.Count;
        Assert.True(hidden.Count == 0 || all || (hidden.Count >= 2 && hidden.Sum(i => cells[i]) >= 5), $"{string.Join(' ', cells)} → {string.Join(' ', shown.Select(s => s ?? -1))}");
    }

    private async Task<(int, int)?> Count(Stage stage, int from, int to) =>
        (await Ask(from, to, stage.Coordinator, Stage.Start.AddDays(1))).Poles.SingleOrDefault(p => p.Pole == stage.Pole) is { } found ? (found.Pairs, found.NewPairs) : null;

    private AsyncUnaryCall<CountLinksResponse> Ask(int from, int to, DevelopmentClaims who, DateTimeOffset now) =>
        new SessionDayService.SessionDayServiceClient(fixture.Invoker).CountLinksAsync(
            new CountLinksRequest { Programme = Directory.Addictions, FromMonth = new DateOnly(2026, from, 1).ToProto(), ToMonth = new DateOnly(2026, to, 1).ToProto() }, Tokens.As(who, now));
}
