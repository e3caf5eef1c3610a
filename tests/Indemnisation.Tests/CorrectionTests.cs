using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>A corrected sheet (DESIGN §7.15): cancelled and anew before approval, countered and anew after; the books agree all along.</summary>
public sealed class CorrectionTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task Before_approval_the_line_is_cancelled_and_what_is_due_is_calculated_anew()
    {
        var scene = await fixture.NewScene();
        var (doctor, other) = (await scene.NewPerson(), await scene.NewPerson());
        var session = scene.NewSession();
        await scene.Certify(session, doctor.Present(session, 80), other.Present(session, 80));
        await scene.Correct(session, doctor, 2, doctor.Present(session, 40));
        Assert.Equal(
            [(1, LineState.Cancelled, 0L, "CORRECTED"), (2, LineState.Calculated, 6750L, "")],
            (await LinesOf(scene, session, doctor)).Select(l => (l.Revision, l.State, l.Amount.ToCents()!.Value, l.Reason)));
        Assert.Equal(13_500, Assert.Single(await LinesOf(scene, session, other)).Amount.ToCents());
        Assert.Equal(6750 + 13_500, (await scene.Envelope()).Engaged.ToCents());
        await MustReconcile(scene);
        // A third time, the person was not there at all.
        await scene.Correct(session, doctor, 3, null);
        Assert.All(await LinesOf(scene, session, doctor), l => Assert.Equal(LineState.Cancelled, l.State));
        Assert.Equal(13_500, (await scene.Envelope()).Engaged.ToCents());
        await MustReconcile(scene);
    }

    [Fact]
    public async Task Somebody_forgotten_on_the_sheet_gets_a_line()
    {
        var scene = await fixture.NewScene();
        var (doctor, forgotten) = (await scene.NewPerson(), await scene.NewPerson("21"));
        var session = scene.NewSession();
        await scene.Certify(session, doctor.Present(session, 80));
        await scene.Correct(session, forgotten, 2, forgotten.Present(session, 80));
        var line = Assert.Single(await LinesOf(scene, session, forgotten));
        Assert.Equal((2, LineState.Calculated, 10_500L), (line.Revision, line.State, line.Amount.ToCents()!.Value));
    }

    [Fact]
    public async Task After_payment_a_counter_line_waits_for_approval_and_is_netted()
    {
        var scene = await fixture.NewScene();
        var doctor = await scene.NewPerson();
        var session = scene.NewSession();
        await scene.Certify(session, doctor.Present(session, 80));
        var paid = await scene.LinesOf(session);
        await scene.Approve(paid);
        await scene.ReleasedRun();
        await scene.Correct(session, doctor, 2, doctor.Present(session, 40), Scene.Later.AddHours(1));
        var lines = (await LinesOf(scene, session, doctor)).OrderBy(l => l.Amount.ToCents()!.Value).ToList();
        Assert.Equal(
            [(2, LineState.Calculated, -13_500L, "CORRECTED"), (2, LineState.Calculated, 6750L, ""), (1, LineState.Issued, 13_500L, "")],
            lines.Select(l => (l.Revision, l.State, l.Amount.ToCents()!.Value, l.Reason)));
        var said = Assert.Single(await fixture.Said(lines[0].Name)).As<IndemnityCorrected>();
        Assert.Equal((paid[0].Name, -13_500L), (said.Corrects, said.Indemnity.AmountCents));
        Assert.Equal(6750, (await scene.Envelope()).Engaged.ToCents());
        await MustReconcile(scene);

        // Approved, the difference is taken off what the next session gives.
        var next = scene.NewSession();
        await scene.Certify(next, doctor.Present(next, 80));
        var due = lines.Take(2).Concat(await scene.LinesOf(next)).ToList();
        await scene.Service.ApproveLinesAsync(
            new ApproveLinesRequest { RequestId = Scene.NewId(), Names = { due.Select(l => l.Name) } }, Tokens.As(Finance.Officer, Scene.Later.AddHours(2)));
        await MustReconcile(scene);
        var run = (await scene.Service.ProposePaymentRunAsync(scene.ProposeOf(), Tokens.As(Finance.Officer, Scene.Later.AddHours(3)))).PaymentRun;
        Assert.Equal(6750, Assert.Single(run.Payments).Amount.ToCents());
    }

    [Fact]
    public async Task A_correction_of_a_sheet_that_waits_for_its_programme_is_not_lost()
    {
        var scene = await fixture.NewScene(new SceneSettings { WithProgramme = false });
        var doctor = await scene.NewPerson();
        var session = scene.NewSession();
        await scene.Certify(session, doctor.Present(session, 80));
        await scene.Correct(session, doctor, 2, doctor.Present(session, 40));
        Assert.Empty(await scene.LinesOf(session));
        await scene.TellProgramme();
        Assert.Equal(6750, Assert.Single(await scene.LinesOf(session)).Amount.ToCents());
    }

    private static async Task<IReadOnlyList<IndemnityLine>> LinesOf(Scene scene, SessionAt session, Person person) =>
        [.. (await scene.LinesOf(session)).Where(l => l.Professional == person.Name).OrderBy(l => l.Revision)];

    private static async Task MustReconcile(Scene scene)
    {
        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
    }
}
