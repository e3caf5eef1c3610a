using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>From an invitation to the bank.</summary>
public sealed class MainPathTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task A_session_goes_from_invitation_to_payment_file()
    {
        var scene = await fixture.NewScene();
        var doctor = await scene.NewPerson();
        var pharmacist = await scene.NewPerson("21");
        var absent = await scene.NewPerson();
        var session = scene.NewSession();

        await scene.Convene(session, doctor, pharmacist, absent);
        Assert.All(await scene.LinesOf(session), l => Assert.Equal(LineState.Committed, l.State));
        Assert.Equal(2 * 13500 + 10500, (await scene.Envelope()).Engaged.ToCents());

        await scene.Certify(
            session, doctor.Present(session, 80, SessionRole.Facilitator, kilometres: 34), pharmacist.Present(session, 40, video: true));
        var lines = await scene.LinesOf(session);
        Assert.Equal(
            [
                (doctor.Name, Component.Participant, LineState.Calculated, 13500L, ""),
                (doctor.Name, Component.FacilitatorSupplement, LineState.Calculated, 4500L, ""),
                (doctor.Name, Component.Travel, LineState.Calculated, 840L, ""),
                (pharmacist.Name, Component.Participant, LineState.Calculated, 5250L, ""),
                (absent.Name, Component.Participant, LineState.Cancelled, 0L, "ABSENT"),
            ],
            lines.Select(l => (l.Professional, l.Component, l.State, l.Amount.ToCents()!.Value, l.Reason)));
        var settled = (await fixture.Said(session.Name)).Single().As<SessionSettled>();
        Assert.Equal((4, 0), (settled.CalculatedLines, settled.WaitingLines));
        Assert.Equal(
            lines.Where(l => l.State == LineState.Calculated).Select(l => (l.Name, l.Professional, l.Amount.ToCents()!.Value, l.Payee)),
            settled.Indemnities.Select(i => (i.Indemnity, i.Professional, i.AmountCents, i.Payee)));

        var payable = lines.Where(l => l.State == LineState.Calculated).ToList();
        var approved = await scene.Approve(payable);
        Assert.Equal((4, 24090L), (approved.ApprovedLines, approved.Total.ToCents()!.Value));

        var run = await scene.ReleasedRun();
        Assert.Equal(PaymentRun.Types.State.Released, run.State);
        Assert.Equal(24090L, run.Total.ToCents());
        Assert.Equal([18840L, 5250L], run.Payments.Select(p => p.Amount.ToCents()!.Value));
        Assert.True(File.Exists(run.FilePath));
        var released = (await fixture.Said(run.Name)).Single().As<PaymentRunReleased>();
        Assert.Equal((24090L, 2, 1, true), (released.TotalCents, released.PaymentCount, released.Part, released.Last));
        Assert.Equal(run.Payments.Select(p => (p.Name, p.Amount.ToCents()!.Value, p.Lines)), released.Payments.Select(p => (p.Payment, p.AmountCents, p.Indemnities)));
        Assert.All(await scene.LinesOf(session), l => Assert.Contains(l.State, new[] { LineState.Issued, LineState.Cancelled }));
        var envelope = await scene.Envelope();
        Assert.Equal((24090L, 24090L), (envelope.Engaged.ToCents()!.Value, envelope.Consumed.ToCents()!.Value));

        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
    }
}
