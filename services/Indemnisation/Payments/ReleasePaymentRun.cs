using Google.Protobuf;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Ledger;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Payments;

/// <summary>
/// The third person. APPROVED → RELEASED, never twice. What the file is made of (its instant, its debtor) is committed
/// first; then the file is written; then the run is released. A process that dies in between is followed by one that
/// writes the same bytes (MESSAGING §E).
/// </summary>
public sealed class ReleasePaymentRun(Db db, PaymentFiles files)
{
    public async Task<ReleasePaymentRunResponse> Handle(ReleasePaymentRunRequest request, Call call)
    {
        var id = RunName.Read(request.Name);
        await db.InTransaction(tx => Reserve(tx, id, request.Etag, call), call.Cancellation);
        return await db.Once(call, request.RequestId, request, async tx =>
        {
            var run = await RunStore.Lock(tx, id) ?? throw RuleBroken.NotFound(request.Name);
            Decide(run, await RunStore.InvolvedIn(tx, id), request.Etag, call.Caller, call.Now);
            return await Release(tx, run, call);
        });
    }

    /// <exception cref="RuleBroken">PERMISSION_DENIED, ETAG_MISMATCH, RUN_NOT_APPROVED, CLOCK_BEFORE_LAST_CHANGE.</exception>
    internal static void Decide(RunRow run, IReadOnlyList<Involved> involved, string etag, Caller caller, DateTimeOffset now)
    {
        Separation.MustBeSomebodyElse(caller, involved, run.Proposer, run.Approver);
        Etag.MustMatch(etag, run.Version, run.Name);
        if (run.State != PaymentRun.Types.State.Approved)
        {
            throw RuleBroken.NotNow(
                run.State == PaymentRun.Types.State.Released ? "RUN_ALREADY_RELEASED" : "RUN_NOT_APPROVED",
                "Le lot de paiements n'est pas à l'état approuvé.", subject: run.Name, facts: ("state", run.State.ToString()));
        }

        Etag.MustNotPrecede(now, run.ChangeTime, run.Name);
    }

    /// <summary>Fixes the file's instant, debtor and version; keeps those of an attempt that died. The etag stays the same.</summary>
    private static async Task Reserve(Tx tx, Guid id, string etag, Call call)
    {
        var run = await RunStore.Lock(tx, id);
        if (run is null || run.State == PaymentRun.Types.State.Released || run.ReleaseTime is not null)
        {
            return;
        }

        Decide(run, await RunStore.InvolvedIn(tx, id), etag, call.Caller, call.Now);
        var debtor = await Debtor.Find(tx)
            ?? throw RuleBroken.NotNow("DEBTOR_MISSING", "Le compte à débiter n'est pas renseigné.", "DEBTOR", run.Name);
        await tx.Execute(
            """
            update payment_run
            set release_time = @Now, debtor_holder_name = @HolderName, debtor_iban = @Iban, debtor_bic = @Bic, payment_format = @PaymentFormat
            where id = @id
            """,
            new { id, call.Now, debtor.HolderName, debtor.Iban, debtor.Bic, PaymentFormat = (int)debtor.PaymentFormat });
    }

    private async Task<ReleasePaymentRunResponse> Release(Tx tx, RunRow run, Call call)
    {
        var payments = await RunStore.Payments(tx, run.Id);
        var (path, sha256) = await files.Write(run, payments, call.Cancellation);
        CrashPoint.Hit("payment_file.after_write_before_release");
        var released = run with
        {
            State = PaymentRun.Types.State.Released,
            Releaser = call.Caller.Subject,
            FilePath = path,
            FileSha256 = sha256,
            ChangeTime = call.Now,
        };
        await RunStore.Save(tx, released);
        await IssueLines(tx, run.Id, call.Now);
        await Journal.BookIssued(tx, run.Id, call.Caller.Subject, call.Now);
        foreach (var payment in payments)
        {
            await Outbox.Append(tx, payment.Id, payment.Name, call.Now, Issued(run, payment));
        }

        return new ReleasePaymentRunResponse { PaymentRun = RunStore.ToProto(released with { Version = run.Version + 1 }, payments) };
    }

    private static async Task IssueLines(Tx tx, Guid run, DateTimeOffset now) =>
        await tx.Execute(
            """
            with issued as (
              update indemnity_line l set state = 5, version = version + 1, change_time = @now
              from payment p where p.id = l.payment and p.run_id = @run returning l.envelope, l.amount_cents)
            update envelope e set consumed_cents = consumed_cents + i.cents
            from (select envelope, sum(amount_cents) as cents from issued group by envelope) i where e.name = i.envelope
            """,
            new { run, now });

    private static IMessage Issued(RunRow run, PaymentRow payment) => new PaymentIssued
    {
        Payment = payment.Name,
        PaymentRun = run.Name,
        Payee = payment.Payee,
        AmountCents = payment.AmountCents,
        Currency = "EUR",
        Indemnities = { payment.Lines.Select(l => $"indemnities/{l}") },
    };
}
