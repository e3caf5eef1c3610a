using Intervision.Intake.Cases;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Decisions;

/// <summary>Records the report back to the patient: done on a day, or impossible and why.</summary>
internal sealed class RecordRestitution(Db db)
{
    public Task<RecordRestitutionResponse> Handle(RecordRestitutionRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(
                tx, request.Name, request.Etag, call, (c, caller) => c.IsRequestedBy(caller) || c.IsReferredBy(caller));
            Validate(request, Paris.DateOf(call.Now));
            var after = Decide(before, request);
            await Insert(tx, before, request, call);
            var saved = await CaseStore.Save(tx, before, after, "RecordRestitution", call);
            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, new RestitutionRecorded
            {
                Case = saved.Name,
                Done = request.Done,
                RestitutionDate = request.RestitutionDate,
            });
            return new RecordRestitutionResponse { Case = saved.View(call.Caller) };
        });
    }

    /// <exception cref="RuleBroken">CASE_NOT_DECIDED, RESTITUTION_BEFORE_DISCUSSION.</exception>
    internal static Case Decide(Case before, RecordRestitutionRequest request)
    {
        before.MustBe("CASE_NOT_DECIDED", "Les décisions ne sont pas prises, ou la restitution est déjà enregistrée.", CaseState.Decided);
        if (before.DiscussTime is { } time && request.RestitutionDate.ToDate() < Paris.DateOf(time))
        {
            throw RuleBroken.NotNow("RESTITUTION_BEFORE_DISCUSSION", "La restitution suit la séance.", "STATE", before.Name);
        }

        return before with { State = CaseState.ReportedBack };
    }

    internal static void Validate(RecordRestitutionRequest request, DateOnly today)
    {
        var v = new Violations();
        v.Check(
            request.Done ? request.ImpossibleReason.Length == 0 : request.ImpossibleReason is "PERDU_DE_VUE" or "REFUS" or "DECES" or "AUTRE",
            "impossible_reason", "IMPOSSIBLE_REASON_INVALID", "Une restitution impossible dit pourquoi : PERDU_DE_VUE, REFUS, DECES ou AUTRE ; une restitution faite n'a pas de motif.");
        var date = request.RestitutionDate.ToDate();
        if (v.Check(date is not null, "restitution_date", "RESTITUTION_DATE_INVALID", "Le jour de la restitution est une date."))
        {
            v.Check(date <= today, "restitution_date", "RESTITUTION_IN_FUTURE", "La restitution ne peut pas être à venir.");
        }

        v.ThrowIfAny();
    }

    private static Task Insert(Tx tx, Case of, RecordRestitutionRequest request, Call call) =>
        tx.Execute(
            """
            insert into restitution (case_id, no, done, impossible_reason, restitution_date, recorder, record_time, session)
            select @Id, coalesce(max(no), 0) + 1, @Done, nullif(@ImpossibleReason, ''), @date, @Subject, @Now, @DiscussedSession
            from restitution where case_id = @Id
            """,
            new { of.Id, request.Done, request.ImpossibleReason, date = request.RestitutionDate.ToDate(), call.Caller.Subject, call.Now, of.DiscussedSession });
}
