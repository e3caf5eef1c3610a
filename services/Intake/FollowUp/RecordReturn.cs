using System.Diagnostics.CodeAnalysis;
using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>
/// Records that the requester or the attending physician was told what was decided: how and when, never what. Of the last
/// intervision or of an earlier one: a case that goes on to another still owes the return of the first.
/// </summary>
internal sealed class RecordReturn(Db db)
{
    public Task<RecordReturnResponse> Handle(RecordReturnRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, FollowUpRules.May);
            Validate(request, Paris.DateOf(call.Now));
            var of = request.Rank == 0 ? await Intervisions.Last(tx, before) : await Intervisions.Find(tx, before, request.Rank);
            MustBeDecided(before, of);
            var (expected, done) = await Returns.Load(tx, before, of.Rank);
            Decide(before, request, of, expected, done);
            await tx.Execute(
                """
                insert into case_return (case_id, rank, recipient, means, return_date, recorder, record_time)
                values (@Id, @Rank, @to, @how, @date, @Subject, @Now)
                """,
                new
                {
                    before.Id, of.Rank, to = request.To.ToString(), how = request.How.ToString(), date = request.ReturnDate.ToDate(),
                    call.Caller.Subject, call.Now,
                });
            var saved = await CaseStore.Save(tx, before, before, $"RecordReturn:{request.To}", call);
            return new RecordReturnResponse { Case = saved.View(call.Caller) };
        });

    internal static void Validate(RecordReturnRequest request, DateOnly today)
    {
        var v = new Violations();
        v.Check(
            request.To is ReturnRecipient.Requester or ReturnRecipient.AttendingPhysician, "to", "RECIPIENT_INVALID",
            "Le retour est fait au demandeur ou au médecin traitant.");
        v.Check(
            request.How is ReturnMeans.Mssante or ReturnMeans.Phone or ReturnMeans.Meeting, "how", "MEANS_INVALID",
            "Le retour est fait par MSSanté, par téléphone ou lors d'une rencontre.");
        var date = request.ReturnDate.ToDate();
        if (v.Check(date is not null, "return_date", "RETURN_DATE_INVALID", "Le jour du retour est une date."))
        {
            v.Check(date <= today, "return_date", "RETURN_IN_FUTURE", "Le retour ne peut pas être à venir.");
        }

        v.ThrowIfAny();
    }

    /// <exception cref="RuleBroken">CASE_NOT_DECIDED, RETURN_NOT_EXPECTED, RETURN_ALREADY_RECORDED, RETURN_BEFORE_DISCUSSION.</exception>
    internal static void Decide(
        Case before, RecordReturnRequest request, PastIntervision of, IReadOnlyList<ReturnRecipient> expected, IReadOnlyList<ReturnRecipient> done)
    {
        MustBeDecided(before, of);
        if (!expected.Contains(request.To))
        {
            throw RuleBroken.NotNow(
                "RETURN_NOT_EXPECTED", "Aucun médecin traitant autre que le demandeur n'est à informer, ou le patient s'y oppose.", "STATE", before.Name);
        }

        if (done.Contains(request.To))
        {
            throw RuleBroken.NotNow("RETURN_ALREADY_RECORDED", "Ce retour est déjà enregistré.", "STATE", before.Name);
        }

        if (request.ReturnDate.ToDate() < of.Day)
        {
            throw RuleBroken.NotNow("RETURN_BEFORE_DISCUSSION", "Le retour suit la séance.", "STATE", before.Name);
        }
    }

    private static void MustBeDecided(Case found, [NotNull] PastIntervision? of)
    {
        const string reason = "CASE_NOT_DECIDED";
        const string french = "Les décisions ne sont pas prises, ou le dossier est terminé.";
        found.MustBe(
            reason, french,
            CaseState.AwaitingConsent, CaseState.InPreparation, CaseState.Ready, CaseState.Scheduled, CaseState.Discussed,
            CaseState.Decided, CaseState.ReportedBack, CaseState.InFollowUp);
        if (of is not { Decided: true })
        {
            throw RuleBroken.NotNow(reason, french, "STATE", found.Name, ("state", found.State.ToString()));
        }
    }
}
