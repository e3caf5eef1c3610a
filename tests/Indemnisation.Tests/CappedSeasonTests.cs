using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Microsoft.AspNetCore.Hosting;

namespace Intervision.Indemnisation.Tests;

/// <summary>A service whose configuration caps people by session, day and year.</summary>
public sealed class CappedFixture : YearCapFixture
{
    protected override void Configure(IWebHostBuilder builder)
    {
        base.Configure(builder);
        builder.UseSetting("Indemnisation:Caps:SessionCents", "17000");
        builder.UseSetting("Indemnisation:Caps:DayCents", "20000");
    }
}

/// <summary>Caps under lock: never passed, whatever comes at once, and each reduction kept.</summary>
public sealed class CappedSeasonTests(CappedFixture fixture) : IClassFixture<CappedFixture>
{
    [Fact]
    public async Task Session_and_day_caps_reduce_with_their_reason()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var day = new DateOnly(2026, 10, 6);
        var (morning, afternoon) = (scene.NewSession(day) with { Start = new(9, 0) }, scene.NewSession(day, "poles/P01"));
        await scene.Certify(morning, person.Present(morning, 80, Intervision.Scheduling.V1.SessionRole.Facilitator));
        await scene.Certify(afternoon, person.Present(afternoon, 80));
        Assert.Equal(
            [(13_500L, ""), (3_500L, "CAP_SESSION")], (await scene.LinesOf(morning)).Select(l => (l.Amount.ToCents()!.Value, l.Reason)));
        Assert.Equal([(3_000L, "CAP_DAY")], (await scene.LinesOf(afternoon)).Select(l => (l.Amount.ToCents()!.Value, l.Reason)));
        var reduced = (await scene.LinesOf(morning)).Concat(await scene.LinesOf(afternoon)).Where(l => l.Reductions.Count > 0).ToList();
        Assert.Equal(
            ["4500: CAP_SESSION 1000", "13500: CAP_DAY 10500"],
            reduced.Select(l => $"{l.Due.ToCents()}: {string.Join(", ", l.Reductions.Select(r => $"{r.Cap} {r.Amount.ToCents()}"))}"));
        Assert.True((await scene.Reconcile()).Reconciled);
    }

    [Fact]
    public async Task Sheets_certified_at_once_never_pass_the_year_cap_nor_the_envelope()
    {
        var scene = await fixture.NewScene(new SceneSettings { EnvelopeCents = 80_000 });
        var (one, two) = (await scene.NewPerson(), await scene.NewPerson());
        var sessions = Enumerable.Range(0, 8).Select(_ => scene.NewSession()).ToList();
        await Task.WhenAll(sessions.Select(s => scene.Certify(s, one.Present(s, 80), two.Present(s, 80))));
        var lines = new List<IndemnityLine>();
        foreach (var session in sessions)
        {
            lines.AddRange(await scene.LinesOf(session));
        }

        Assert.All(lines.GroupBy(l => l.Professional), g => Assert.InRange(g.Sum(l => l.Amount.ToCents()!.Value), 0, 50_000));
        Assert.Equal(80_000, lines.Sum(l => l.Amount.ToCents()!.Value));
        Assert.True((await scene.Reconcile()).Reconciled);
    }
}

/// <summary>Caps that are far away are counted on without a lock; near them, who comes second begins again under one.</summary>
public sealed class OvertakenTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task Sheets_certified_at_once_share_what_is_left_of_the_envelope()
    {
        var scene = await fixture.NewScene(new SceneSettings { EnvelopeCents = 100_000 });
        var people = new[] { await scene.NewPerson(), await scene.NewPerson() };
        var sessions = Enumerable.Range(0, 10).Select(_ => scene.NewSession()).ToList();
        await Task.WhenAll(sessions.Select(s => scene.Certify(s, [.. people.Select(p => p.Present(s, 80))])));
        var lines = new List<IndemnityLine>();
        foreach (var session in sessions)
        {
            lines.AddRange(await scene.LinesOf(session));
        }

        Assert.Equal(20, lines.Count);
        Assert.Equal(100_000, lines.Sum(l => l.Amount.ToCents()!.Value));
        Assert.All(lines, l => Assert.True(l.Amount.ToCents() == 13_500 || l.Reason == "CAP_ENVELOPE"));
        Assert.True((await scene.Reconcile()).Reconciled);
    }

    [Fact]
    public async Task What_passes_a_cap_when_it_is_saved_is_not_saved()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var session = scene.NewSession();
        await scene.Certify(session, person.Present(session, 80));
        var id = Guid.Parse((await scene.LinesOf(session))[0].Name["indemnities/".Length..]);
        var line = (await fixture.Db.Read(tx => Lines.LineStore.Lock(tx, [id]), CancellationToken.None))[0];
        var again = new Lines.Change(line with { State = LineState.Recorded }, line, []) { YearCapCents = 20_000 };
        await Assert.ThrowsAsync<ServiceDefaults.Persistence.OvertakenException>(
            () => fixture.Db.InTransaction(tx => Lines.PersonYears.Move(tx, [again]), CancellationToken.None));
        var kept = await fixture.Db.Read(
            tx => tx.Single<long>("select calculated_cents from person_year where professional = @Professional", new { line.Professional }), CancellationToken.None);
        Assert.Equal(13_500, kept);
    }
}
