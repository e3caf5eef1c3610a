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
    /// <summary>For one statement; a year at a thousand times the region's size takes seconds.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public async Task<ReleasePaymentRunResponse> Handle(ReleasePaymentRunRequest request, Call call)
    {
        var id = RunName.Read(request.Name);
        await db.InTransaction(tx => Reserve(tx, id, request.Etag, call), call.Cancellation);
        return await db.Once(call, request.RequestId, request, async tx =>
        {
            var run = await RunStore.Lock(tx, id) ?? throw RuleBroken.NotFound(request.Name);
            Decide(run, await RunStore.IsInvolved(tx, run, call.Caller), request.Etag, call.Caller, call.Now);
            return await Release(tx, run, call);
        });
    }

    /// <exception cref="RuleBroken">PERMISSION_DENIED, ETAG_MISMATCH, RUN_NOT_APPROVED, CLOCK_BEFORE_LAST_CHANGE.</exception>
    internal static void Decide(RunRow run, bool involved, string etag, Caller caller, DateTimeOffset now)
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

        Decide(run, await RunStore.IsInvolved(tx, run, call.Caller), etag, call.Caller, call.Now);
        await MustPayAccountsInForce(tx, id, call.Now);
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

    /// <summary>
    /// Asked when the file's making begins: whoever changes an account afterwards finds the payment on its way to the bank.
    /// </summary>
    /// <exception cref="RuleBroken">PAYEE_ACCOUNT_CHANGED, which names one payee and never an account.</exception>
    private static async Task MustPayAccountsInForce(Tx tx, Guid run, DateTimeOffset now)
    {
        var changed = await tx.Query<string>(
            """
            select p.payee from payment p join payee_account(@now) a on a.payee = p.payee
            where p.run_id = @run and (a.hold_reason <> '' or (a.holder_name, a.iban, a.bic) <> (p.holder_name, p.iban, p.bic))
            order by p.payee limit 1
            """,
            new { run, now });
        if (changed.Count > 0)
        {
            throw RuleBroken.NotNow(
                "PAYEE_ACCOUNT_CHANGED", $"Le compte de « {changed[0]} » a changé depuis la proposition du lot, ou ne peut être payé : retirez le lot et proposez-en un autre.",
                "PAYEE", changed[0], ("payee", changed[0]));
        }
    }

    private async Task<ReleasePaymentRunResponse> Release(Tx tx, RunRow run, Call call)
    {
        tx.StatementTimeout = Longest;
        var (path, sha256) = await files.Write(run, RunSaid.Along(tx, run, RunStore.Payments(tx, run.Id), call.Now), call.Cancellation);
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
        await Consume(tx, run.Id);
        await Journal.BookIssued(tx, run.Id, call.Caller.Subject, call.Now);
        return new ReleasePaymentRunResponse { PaymentRun = await RunStore.Shown(tx, released with { Version = run.Version + 1 }) };
    }

    /// <summary>Its lines are issued from now on, and weigh as consumed on their envelopes.</summary>
    private static Task Consume(Tx tx, Guid run) =>
        tx.ExecuteWhole(
            """
            update envelope e set consumed_cents = consumed_cents + issued.cents
            from (
              select l.envelope, sum(l.amount_cents)::bigint as cents
              from payment p join payment_line t on t.payment_id = p.id join indemnity_line l on l.id = t.line_id
              where p.run_id = @run group by l.envelope) issued
            where e.name = issued.envelope
            """,
            new { run });
}
