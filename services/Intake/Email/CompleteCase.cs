using System.Text;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Encryption;
using Intervision.Intake.Urgency;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Email;

/// <summary>What the e-mail did not say; from then on the case is deposited like any other.</summary>
internal sealed class CompleteCase(Db db, Vault vault, UrgentAlerts alerts)
{
    private const string Question = "question";

    public Task<CompleteCaseResponse> Handle(CompleteCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(
                tx, request.Name, request.Etag, call, (c, caller) => caller.Has(Roles.Coordinator) || c.IsRequestedBy(caller));
            before.MustBe("CASE_NOT_DRAFT", "Cette demande n'est plus à compléter.", CaseState.Draft);
            var deposit = Deposit(before, request, await QuestionOf(tx, before, request), Paris.DateOf(call.Now));
            var facts = await SubmitFacts.Load(tx, deposit, call);
            var warnings = SubmitCase.MustBeRight(deposit, facts, await DepositedConsent.Load(tx, deposit, facts, call));
            var after = Decide(before, deposit, facts, call);
            await Complete(tx, after);
            if (after is not { Consent: ConsentStatus.NotCollected, Declared: null })
            {
                await ConsentStore.Append(tx, before, DepositedConsent.RowOf(deposit, facts.Attester, call));
            }

            var saved = await CaseStore.Save(tx, before, after, "CompleteCase", call);
            await KeepQuestion(tx, saved, deposit.Question, call);
            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, SubmitCase.Said(saved));
            var told = saved is { Urgent: true, State: not CaseState.ConsentRefused } && await alerts.Raise(tx, saved, call.Now);
            return new CompleteCaseResponse { Case = saved.View(call.Caller), Notice = NextSteps.Notice(saved, told), Warnings = { warnings } };
        });

    /// <summary>The deposit that it would have been; the e-mail's key and day stay.</summary>
    internal static Case Decide(Case before, SubmitCaseRequest deposit, SubmitFacts facts, Call call) =>
        SubmitCase.Decide(deposit, facts, call.Caller, call.Now) with
        {
            Id = before.Id,
            Code = before.Code,
            Version = before.Version,
            Submitter = before.Submitter,
            SubmitTime = before.SubmitTime,
            UpdateTime = before.UpdateTime,
            StateTime = before.StateTime,
        };

    private static SubmitCaseRequest Deposit(Case before, CompleteCaseRequest said, string question, DateOnly today) => new()
    {
        Channel = before.Channel,
        ExternalId = before.ExternalId,
        Requester = before.Requester,
        Programme = before.Programme,
        Pole = said.Pole,
        Commune = said.Commune,
        PrincipalMotive = said.PrincipalMotive,
        OtherMotives = { said.OtherMotives },
        AgeBand = said.AgeBand,
        Sex = said.Sex,
        Contexts = { said.Contexts },
        Products = { said.Products },
        Question = question,
        Urgent = said.Urgent,
        AttendingPhysician = said.AttendingPhysician,
        AttendingPhysicianAbsence = said.AttendingPhysicianAbsence,
        Actors = { said.Actors },
        ConsentStatus = said.ConsentStatus,
        ConsentForm = said.ConsentForm,
        ConsentGiver = said.ConsentGiver,
        ConsentDetails = said.ConsentDetails,
        Availabilities = { said.Availabilities.Count > 0 ? said.Availabilities : Availabilities.FromStored(before.Availabilities).Where(a => !Availabilities.IsPast(a, today)) },
    };

    /// <summary>The one found in the e-mail is checked again and shown to nobody: no reading for the access log.</summary>
    private async Task<string> QuestionOf(Tx tx, Case before, CompleteCaseRequest request) =>
        request.Question.Length > 0 ? request.Question : Encoding.UTF8.GetString(await vault.Read(tx, before.Id, Question) ?? []);

    /// <summary>What the patient refused ends here: neither the e-mail's question nor the one that was said is kept.</summary>
    private Task KeepQuestion(Tx tx, Case of, string question, Call call) =>
        of.State == CaseState.ConsentRefused
            ? Vault.Erase(tx, of.Id, call.Now)
            : vault.Write(tx, of.Id, Question, Encoding.UTF8.GetBytes(question.Trim()));

    /// <summary>Contents of a case are said once, here; no other verb changes them.</summary>
    private static Task Complete(Tx tx, Case after) => tx.Execute(
        """
        update cases set candidate_poles = @CandidatePoles, motives = @Motives, age_band = @AgeBand, sex = @Sex, contexts = @Contexts,
          products = @Products, urgent = @Urgent, attending_physician = @AttendingPhysician, physician_absence = @absence,
          actors = @Actors, availabilities = @Availabilities
        where id = @Id
        """,
        new
        {
            after.Id,
            after.CandidatePoles,
            after.Motives,
            after.AgeBand,
            after.Sex,
            after.Contexts,
            after.Products,
            after.Urgent,
            after.AttendingPhysician,
            absence = after.PhysicianAbsence.ToString(),
            after.Actors,
            after.Availabilities,
        });
}
