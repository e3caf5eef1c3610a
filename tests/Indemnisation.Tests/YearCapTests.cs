using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Microsoft.AspNetCore.Hosting;

namespace Intervision.Indemnisation.Tests;

/// <summary>A service that caps people's years and nothing else, as ours does.</summary>
public class YearCapFixture : IndemnisationFixture
{
    protected override void Configure(IWebHostBuilder builder)
    {
        base.Configure(builder);
        builder.UseSetting("Indemnisation:Caps:YearCents:2026", "50000");
    }
}

/// <summary>The cap of the year is counted on unread, and found passed when the lines are saved (ADR 29).</summary>
public sealed class YearCapTests(YearCapFixture fixture) : IClassFixture<YearCapFixture>
{
    private static readonly (long, string)[] Reaching = [(13_500, ""), (13_500, ""), (13_500, ""), (9_500, "CAP_YEAR"), (0, "CAP_YEAR"), (0, "CAP_YEAR")];

    [Fact]
    public async Task Sheet_after_sheet_gives_until_the_cap_is_reached_and_nothing_after()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var given = new List<(long, string)>();
        foreach (var _ in Reaching)
        {
            var session = scene.NewSession();
            await scene.Certify(session, person.Present(session, 80));
            given.AddRange((await scene.LinesOf(session)).Select(l => (l.Amount.ToCents()!.Value, l.Reason)));
        }

        Assert.Equal(Reaching, given);
        Assert.True((await scene.Reconcile()).Reconciled);
    }

    [Fact]
    public async Task A_corrected_line_takes_from_the_cap_what_it_is_corrected_to()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var sessions = Enumerable.Range(0, 3).Select(_ => scene.NewSession()).ToList();
        foreach (var session in sessions)
        {
            await scene.Certify(session, person.Present(session, 80));
            await scene.Approve(await scene.LinesOf(session));
        }

        await scene.Correct(sessions[2], person, 2, person.Present(sessions[2], 75), Scene.Later.AddDays(1));
        var lines = await scene.LinesOf(sessions[2]);
        Assert.Equal([-13_500, 11_250, 13_500], lines.Select(l => l.Amount.ToCents()!.Value).Order());
        Assert.Equal(lines.Single(l => l.Revision == 1).Name, lines.Single(l => l.Reason == "CORRECTED").Corrects);
        var next = scene.NewSession();
        await scene.Certify(next, person.Present(next, 80));
        Assert.Equal([(11_750L, "CAP_YEAR")], (await scene.LinesOf(next)).Select(l => (l.Amount.ToCents()!.Value, l.Reason)));
        Assert.True((await scene.Reconcile()).Reconciled);
    }

    [Fact]
    public async Task Sheets_at_once_give_what_one_after_another_would()
    {
        var scene = await fixture.NewScene();
        var (person, others) = (await scene.NewPerson(), new[] { await scene.NewPerson(), await scene.NewPerson() });
        var sessions = Reaching.Select(_ => scene.NewSession()).ToList();
        await Task.WhenAll(sessions.Select((s, i) => scene.Certify(s, person.Present(s, 80), others[i % 2].Present(s, 80))));
        var lines = new List<IndemnityLine>();
        foreach (var session in sessions)
        {
            lines.AddRange(await scene.LinesOf(session));
        }

        var given = lines.ToLookup(l => l.Professional, l => (l.Amount.ToCents()!.Value, l.Reason));
        Assert.Equal(Reaching.Order(), given.Single(g => g.Count() == Reaching.Length).Order());
        Assert.All(given.Where(g => g.Count() < Reaching.Length), g => Assert.Equal(Enumerable.Repeat((13_500L, ""), 3), g));
        Assert.True((await scene.Reconcile()).Reconciled);
    }
}
