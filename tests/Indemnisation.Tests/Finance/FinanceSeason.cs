using Intervision.Indemnisation.Tests.Bank;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.FinanceEvents;

/// <summary>A small season in which everything that finance hears of happens at least once.</summary>
public static class FinanceSeason
{
    /// <summary>Four fifths of it are engaged on the way.</summary>
    public static SceneSettings Settings { get; } = new() { EnvelopeCents = 60_000 };

    /// <summary>After the bank's first answer.</summary>
    private static DateTimeOffset Afterwards { get; } = BankDesk.Morning.AddDays(1);

    /// <returns>The two runs that were released.</returns>
    public static async Task<IReadOnlyList<PaymentRun>> Play(Scene scene)
    {
        var (doctor, pharmacist, absent, hasty) = (await scene.NewPerson(), await scene.NewPerson("21"), await scene.NewPerson(), await scene.NewPerson());
        var late = await scene.NewPerson(payee: false);
        var first = scene.NewSession();
        await scene.Convene(first, doctor, pharmacist, absent);
        await scene.Certify(
            first, doctor.Present(first, 80), pharmacist.Present(first, 80, kilometres: 34), hasty.Present(first, 25), late.Present(first, 80));
        var second = scene.NewSession();
        await scene.Convene(second, doctor);
        await scene.Fixture.Deliver("scheduling", new SessionCancelled { Session = second.Name, Reason = "HOST_UNAVAILABLE" }, second.Name, second.StartTime.AddDays(-1));
        var third = scene.NewSession();
        await scene.Certify(third, doctor.Present(third, 80));
        await scene.Approve([.. (await scene.LinesOf(first)).Where(IsCalculated), .. await scene.LinesOf(third)]);

        var run = await scene.ReleasedRun();
        var desk = new BankDesk(scene, run);
        var rejected = run.Payments.Select((p, i) => (p, i)).Single(x => x.p.Payee == pharmacist.Payee).i;
        await desk.Import(desk.Report(desk.Tells(1 - rejected, "ACSC") + desk.Tells(rejected, "RJCT", "MS03")));

        await Correct(scene, third, doctor, doctor.Present(third, 40));
        var payee = await scene.CreatePayee(late, Afterwards);
        await scene.Service.ApproveProgrammeLinesAsync(
            new ApproveProgrammeLinesRequest { RequestId = Scene.NewId(), Programme = scene.Programme, UpToDate = new DateOnly(2026, 12, 31).ToProto() },
            Tokens.As(Finance.Officer, Afterwards));
        var last = await Release(scene);
        await scene.Fixture.Client<PayeeService.PayeeServiceClient>().ProposeBankAccountAsync(
            new ProposeBankAccountRequest { RequestId = Scene.NewId(), Name = payee.Name, HolderName = payee.HolderName, Iban = SampleIban.Of(77_777), Etag = payee.Etag },
            Tokens.As(Finance.Officer, Afterwards));
        return [run, last];
    }

    private static bool IsCalculated(IndemnityLine line) => line.State == LineState.Calculated;

    private static Task Correct(Scene scene, SessionAt session, Person person, AttendanceLine line) => scene.Fixture.Deliver(
        "scheduling",
        new AttendanceCorrected
        {
            Session = session.Name,
            Pole = session.Pole,
            Programme = scene.Programme,
            Date = session.Date.ToProto(),
            StartInstant = session.StartTime.ToProto(),
            EndInstant = session.EndTime.ToProto(),
            Certifiers = { "professionals/PER-REFERENT" },
            Professional = person.Name,
            Revision = 2,
            Line = line,
            Reason = "ENTRY_ERROR",
        },
        session.Name, Afterwards);

    private static async Task<PaymentRun> Release(Scene scene)
    {
        var proposal = scene.ProposeOf();
        proposal.ExecutionDate = new DateOnly(2026, 12, 14).ToProto();
        var run = (await scene.Service.ProposePaymentRunAsync(proposal, Tokens.As(Finance.Officer, Afterwards))).PaymentRun;
        run = (await scene.Service.ApprovePaymentRunAsync(
            new ApprovePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag }, Tokens.As(Finance.Approver, Afterwards))).PaymentRun;
        return (await scene.Service.ReleasePaymentRunAsync(
            new ReleasePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag }, Tokens.As(Finance.Releaser, Afterwards))).PaymentRun;
    }
}
