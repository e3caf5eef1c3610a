using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payees;

/// <summary>What the verbs on one payee have in common.</summary>
internal static class PayeeVerb
{
    /// <summary>The payee under its lock, as the caller read it.</summary>
    /// <exception cref="RuleBroken">NOT_FOUND, ETAG_MISSING, ETAG_MISMATCH, CLOCK_BEFORE_LAST_CHANGE.</exception>
    public static async Task<PayeeRow> Enter(Tx tx, Call call, string name, string etag)
    {
        var payee = await PayeeStore.Lock(tx, name, call.Now) ?? throw RuleBroken.NotFound(name);
        Etag.MustMatch(etag, payee.Version, payee.Name);
        Etag.MustNotPrecede(call.Now, payee.ChangeTime, payee.Name);
        return payee;
    }

    /// <summary>All of it, as answers show it.</summary>
    /// <exception cref="RuleBroken">NOT_FOUND.</exception>
    public static async Task<PayeeRecord> Shown(Tx tx, string name, DateTimeOffset now)
    {
        var payee = await PayeeStore.Find(tx, name, now) ?? throw RuleBroken.NotFound(name);
        var pending = await AccountChanges.Pending(tx, name, now);
        var verified = await tx.SingleOrDefault<(int Result, string Recorder, DateTime VerifyTime)?>(
            """
            select result, recorder, verify_time from payee_verification where payee = @Name and iban = @Iban
            order by verify_time desc, record_time desc, id desc limit 1
            """,
            new { payee.Name, payee.Iban });
        var links = await tx.Query<(string Professional, DateOnly? From, DateOnly? Until)>(
            "select professional, lower(valid), upper(valid) from payee_professional where payee = @name order by professional collate \"C\", valid", new { name });
        return new PayeeRecord
        {
            Payee = payee.ToProto(),
            PendingChange = pending?.ToProto(),
            Verification = verified is not { } v ? null : new PayeeVerification
            {
                Result = (PayeeVerification.Types.Result)v.Result, Recorder = v.Recorder, VerifyTime = new DateTimeOffset(v.VerifyTime, TimeSpan.Zero).ToProto(),
            },
            Professionals =
            {
                links.Select(l => new LinkedProfessional { Professional = l.Professional, FromDate = l.From?.ToProto(), UntilDate = l.Until?.ToProto() }),
            },
            HoldReason = payee.HoldReason,
        };
    }
}
