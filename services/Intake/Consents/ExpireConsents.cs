using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>
/// Ends the agreements of cases nobody has touched for 24 months (DOMAIN §4): the patient is informed again before the
/// case is spoken of again. Any change of a case counts as contact.
/// </summary>
internal sealed class ExpireConsents(Db db)
{
    public const int AtOnce = 500;
    private const int MonthsWithoutContact = 24;
    private const string Reason = "SANS_CONTACT_24_MOIS";

    public Task<ExpireConsentsResponse> Handle(ExpireConsentsRequest request, Call call) =>
        db.Once(call, request.RequestId, request, tx => Run(tx, call.Caller.Subject, call.Now));

    /// <param name="actor">Subject of the caller, or this service's own.</param>
    public static async Task<ExpireConsentsResponse> Run(Tx tx, string actor, DateTimeOffset now)
    {
        var due = await tx.Query<Case>(
            $"""
            select {CaseStore.Columns} {CaseStore.From}
            where c.consent = 'Granted' and c.update_time <= @before
            order by c.id limit @AtOnce for update of c skip locked
            """,
            new { before = LastContactBefore(now), AtOnce });
        foreach (var before in due)
        {
            await Expire(tx, before, actor, now);
        }

        return new ExpireConsentsResponse { Expired = due.Count, OverdueDeferrals = await ConsentStore.OverdueDeferrals(tx, Paris.DateOf(now)) };
    }

    /// <summary>Who was last heard of by then has been silent for 24 months.</summary>
    internal static DateTimeOffset LastContactBefore(DateTimeOffset now) => now.AddMonths(-MonthsWithoutContact);

    private static async Task Expire(Tx tx, Case before, string actor, DateTimeOffset now)
    {
        var (after, events) = RecordConsent.Decide(before, ConsentStatus.Expired, recorderIsHealthProfessional: false, now);
        await ConsentStore.Append(tx, before, new ConsentRow
        {
            Status = nameof(ConsentStatus.Expired), Reason = Reason, AnswerTime = now, RecordTime = now, Recorder = actor,
        });
        var saved = await CaseStore.Save(tx, before, after, "ExpireConsents", actor, now);
        await Outbox.Append(tx, saved.Id, saved.Name, now, events);
    }
}
