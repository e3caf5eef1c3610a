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
    private const int PaymentsAhead = 5_000;

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

    /// <exception cref="RuleBroken">PERMISSION_DENIED, ETAG_MISMATCH, RUN_NOT_APPROVED, CLOCK_BEFORE_LAST_CHANGE, EXECUTION_DATE_PAST.</exception>
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
        if (run.ReleaseTime is null)
        {
            // Once it is begun, the instant of its file is fixed.
            run.MustNotBeLate(now);
        }
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
    /// Asked when the file's making begins: whoever changes an account afterwards finds the payment on its way to the bank. Only
    /// payees of whom something was said are looked at: the others have the account they were made with, then as now. Who moved to a
    /// payee since has no line in the run: that is not asked (ADR 51).
    /// </summary>
    /// <exception cref="RuleBroken">PAYEE_ACCOUNT_CHANGED, which names one payee and never an account.</exception>
    private static async Task MustPayAccountsInForce(Tx tx, Guid run, DateTimeOffset now)
    {
        var changed = await tx.Query<string>(
            """
            with said as materialized (select payee from account_change union select payee from payee_verification union select payee from refused_account)
            select p.payee from said s join payment p on p.run_id = @run and p.payee collate "C" = s.payee join payee_account(@now) a on a.payee = s.payee
            where a.hold_reason not in ('', 'PAYEE_CHANGE_PENDING') or (a.holder_name, a.iban, a.bic) <> (p.holder_name, p.iban, p.bic)
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
        var (path, sha256) = await tx.ReadBeside(beside => Write(tx, beside, run, call));
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
        return new ReleasePaymentRunResponse { PaymentRun = await RunStore.Shown(tx, released with { Version = run.Version + 1 }) };
    }

    /// <summary>The payments are booked while the first of them are on their way to the file.</summary>
    private async Task<(string Path, string Sha256)> Write(Tx tx, Tx beside, RunRow run, Call call)
    {
        var booked = Book(tx, run.Id, call);
        try
        {
            var payments = RunStore.Payments(beside, run.Id).Ahead(PaymentsAhead);
            return await files.Write(run, RunSaid.Along(tx, run, payments, booked, call.Now).Ahead(PaymentsAhead), call.Cancellation);
        }
        finally
        {
            await booked;
        }
    }

    /// <summary>Its lines are issued from now on, and weigh as consumed on their envelopes.</summary>
    private static async Task Book(Tx tx, Guid run, Call call)
    {
        await tx.Execute(
            "update envelope e set consumed_cents = e.consumed_cents + w.cents from payment_run_weight w where w.run_id = @run and e.name = w.envelope",
            new { run });
        await Journal.BookIssued(tx, run, call.Caller.Subject, call.Now);
    }
}
