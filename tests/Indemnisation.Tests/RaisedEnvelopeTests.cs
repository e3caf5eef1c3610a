using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>What an envelope took off is given when the ARS raises it.</summary>
public sealed class RaisedEnvelopeTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task Lines_it_had_reduced_get_what_they_lacked_in_their_order_once_each()
    {
        var scene = await fixture.NewScene(new SceneSettings { EnvelopeCents = 20_000 });
        var (first, second, third) = (await scene.Held(await scene.NewPerson()), await scene.Held(await scene.NewPerson()), await scene.Held(await scene.NewPerson()));
        Assert.Equal([13_500, 6_500, 0], Cents([.. first, .. second, .. third]));
        await scene.Approve(second);
        await scene.ReleasedRun();

        // Not enough for all: who met first gets first.
        await Raise(scene, 30_000);
        Assert.Equal([-6_500, 6_500, 13_500], Cents(await Of(scene, second)).Order());
        Assert.Equal([(0, "ENVELOPE_RAISED"), (3_000, "CAP_ENVELOPE")], Standing(await Of(scene, third)));
        Assert.Equal([(13_500, "")], Standing(await Of(scene, first)));
        await Raise(scene, 50_000);
        Assert.Equal([(0, "ENVELOPE_RAISED"), (0, "ENVELOPE_RAISED"), (13_500, "")], Standing(await Of(scene, third)));
        await Raise(scene, 60_000);
        Assert.Equal((3, 3), ((await Of(scene, second)).Count, (await Of(scene, third)).Count));
        Assert.Equal(40_500, (await scene.Envelope()).Engaged.ToCents());
        Assert.True((await scene.Reconcile()).Reconciled);

        // The one that was paid gets the rest with the next run.
        await scene.Approve((await Of(scene, second)).Where(l => l.State == LineState.Calculated));
        Assert.Equal([7_000], (await scene.Propose()).Payments.Select(p => p.Amount.ToCents()!.Value));
    }

    [Fact]
    public async Task Of_a_closed_year_nothing_moves()
    {
        // A database of its own: a year is closed for all programmes.
        var own = new IndemnisationFixture();
        await own.InitializeAsync();
        try
        {
            var scene = await own.NewScene(new SceneSettings { EnvelopeCents = 10_000 });
            var reduced = Assert.Single(await scene.Held(await scene.NewPerson()));
            await scene.Service.CloseFiscalYearAsync(
                new CloseFiscalYearRequest { RequestId = Scene.NewId(), FiscalYear = 2026 }, Tokens.As(Finance.Approver, new DateTimeOffset(2027, 2, 1, 8, 0, 0, TimeSpan.Zero)));
            await Raise(scene, 50_000);
            var line = Assert.Single(await Of(scene, [reduced]));
            Assert.Equal((reduced.Name, 10_000), (line.Name, line.Amount.ToCents()));
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    private static async Task<IReadOnlyList<IndemnityLine>> Of(Scene scene, IReadOnlyList<IndemnityLine> lines) =>
        (await scene.Service.ListLinesAsync(new ListLinesRequest { Session = lines[0].Session, PageSize = 100 }, Tokens.As(Finance.Officer))).Lines;

    private static async Task Raise(Scene scene, long cents) =>
        await scene.Service.PutEnvelopeAsync(new PutEnvelopeRequest { RequestId = Scene.NewId(), Envelope = scene.EnvelopeOf(cents) }, Tokens.As(Finance.Approver, Scene.Later));

    private static IEnumerable<long> Cents(IReadOnlyList<IndemnityLine> lines) => lines.Select(l => l.Amount.ToCents()!.Value);

    private static IEnumerable<(long, string)> Standing(IReadOnlyList<IndemnityLine> lines) =>
        lines.Select(l => (l.Amount.ToCents()!.Value, l.Reason)).OrderBy(s => s.Item2 == "ENVELOPE_RAISED" ? 0 : 1).ThenBy(s => s.Item1);
}
