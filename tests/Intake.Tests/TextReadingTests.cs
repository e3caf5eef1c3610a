using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>Reading the deposited question and the wording of decisions: by whom, when, and what the access log says of it.</summary>
public sealed class TextReadingTests(IntakeFixture service) : CaseSteps(service)
{
    private const string Wording = "Revoir le cadre de délivrance.";
    private static readonly DevelopmentClaims Physician = Tokens.Professional(IntakeFixture.Physician, "99700000070");
    private static readonly DevelopmentClaims Pharmacist = Tokens.Professional(IntakeFixture.Pharmacist, "99700000047");

    [Fact]
    public async Task The_question_is_read_for_triage_before_any_agreement()
    {
        var found = await Service.Submitted(NotCollected);
        foreach (var (who, actingAs) in new[] { (IntakeFixture.Requester, "REQUESTER"), (IntakeFixture.Referent, "FACILITATOR") })
        {
            var read = await Question(found, who);
            Assert.Equal((IntakeFixture.Request().Question, actingAs), (read.Question, read.ActingAs));
        }

        foreach (var who in Strangers.All.Concat([IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling]))
        {
            await QuestionRefused(found, who, StatusCode.PermissionDenied, "PERMISSION_DENIED");
        }

        var seen = (await Intake.ListCaseAccessesAsync(new ListCaseAccessesRequest { Case = found.Name }, IntakeFixture.At(IntakeFixture.Requester, 9))).Accesses;
        Assert.Equal(
            [
                (IntakeFixture.Doctor, "REQUESTER", "READ_QUESTION", "TRIAGE", "GIVEN"),
                (IntakeFixture.ReferentName, "FACILITATOR", "READ_QUESTION", "TRIAGE", "GIVEN"),
            ],
            seen.Take(2).Select(a => (a.Actor, a.ActingAs, a.Action, a.Purpose, a.Outcome)));
        Assert.Contains(seen, a => a is { Actor: IntakeFixture.Pharmacist, Outcome: "PERMISSION_DENIED" });
    }

    [Fact]
    public async Task A_candidate_pole_triages_too_until_the_pole_is_settled()
    {
        var found = await Service.Submitted(r =>
        {
            NotCollected(r);
            (r.Pole, r.Commune) = ("", "62427");
        });
        Assert.Equal(("", 2), (found.Pole, found.CandidatePoles.Count));
        await Question(found, Tokens.Referent(IntakeFixture.ReferentName, "poles/P13"));
        await Intake.AcceptCaseAsync(
            new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Pole = "poles/P12" }, IntakeFixture.At(IntakeFixture.Referent, 1));
        await QuestionRefused(found, Tokens.Referent(IntakeFixture.ReferentName, "poles/P13"), StatusCode.PermissionDenied, "PERMISSION_DENIED");
        await Question(found, IntakeFixture.Referent);
    }

    [Fact]
    public async Task The_question_is_read_no_more_once_the_patient_refused_withdrew_or_the_case_ended()
    {
        var refused = await Consent(
            await Consent(await Service.Accepted(NotCollected), ConsentStatus.Informed, IntakeFixture.Requester, 2), ConsentStatus.Refused, IntakeFixture.Requester, 3);
        await QuestionRefused(refused, IntakeFixture.Requester, StatusCode.FailedPrecondition, "CONSENT_NOT_GRANTED");
        var withdrawn = await Consent(await Service.Ready(), ConsentStatus.Withdrawn, IntakeFixture.Requester, 5);
        await QuestionRefused(withdrawn, IntakeFixture.Referent, StatusCode.FailedPrecondition, "CONSENT_NOT_GRANTED");
        var submitted = await Service.Submitted();
        await Intake.RejectCaseAsync(
            new RejectCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag, Reason = "AUTRE" }, IntakeFixture.At(IntakeFixture.Referent, 1));
        await QuestionRefused(submitted, IntakeFixture.Referent, StatusCode.FailedPrecondition, "CASE_ENDED");
        var erased = await Service.Submitted();
        await Service.Db.InTransaction(
            async tx => await Encryption.Vault.Erase(tx, await tx.Single<Guid>("select id from cases where 'cases/' || code = @Name", new { erased.Name }), IntakeFixture.Start),
            CancellationToken.None);
        await QuestionRefused(erased, IntakeFixture.Referent, StatusCode.FailedPrecondition, "SHEET_ERASED");
    }

    [Fact]
    public async Task Decisions_go_back_in_words_to_those_they_are_for()
    {
        var found = await Decided();
        foreach (var (who, actingAs, count) in new[]
        {
            (IntakeFixture.Requester, "REQUESTER", 2), (IntakeFixture.Referent, "FACILITATOR", 2), (Physician, "ATTENDING_PHYSICIAN", 2), (Pharmacist, "RESPONSIBLE", 1),
        })
        {
            var read = await Decisions(found, who);
            Assert.Equal((actingAs, count), (read.ActingAs, read.Decisions.Count));
            Assert.Contains(read.Decisions, d => d is { Rank: 1, Position: 2, Responsible: IntakeFixture.Pharmacist, Wording: "Délivrance fractionnée." });
            Assert.Equal(count == 2, read.Decisions.Any(d => d is { Position: 1, Wording: Wording }));
        }

        foreach (var who in Strangers.All.Where(s => s.Subject != IntakeFixture.Pharmacist).Concat(
            [IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling, Tokens.Professional(IntakeFixture.SocialWorker)]))
        {
            await DecisionsRefused(found, who, StatusCode.PermissionDenied, "PERMISSION_DENIED");
        }

        var seen = (await Intake.ListCaseAccessesAsync(new ListCaseAccessesRequest { Case = found.Name }, IntakeFixture.At(IntakeFixture.Requester, 9))).Accesses;
        Assert.Contains(seen, a => a is { Actor: IntakeFixture.Pharmacist, ActingAs: "RESPONSIBLE", Action: "READ_DECISIONS", Purpose: "FOLLOW_UP", Outcome: "GIVEN" });
    }

    [Fact]
    public async Task Without_an_agreement_in_force_nobody_reads_what_was_decided()
    {
        await DecisionsRefused(await Service.Discussed(IntakeFixture.NewSession()), IntakeFixture.Requester, StatusCode.FailedPrecondition, "CASE_NOT_DECIDED");
        var found = await Consent(await Decided(), ConsentStatus.Withdrawn, IntakeFixture.Requester, 7);
        foreach (var who in new[] { IntakeFixture.Requester, IntakeFixture.Referent })
        {
            await DecisionsRefused(found, who, StatusCode.FailedPrecondition, "CONSENT_NOT_GRANTED");
        }

        foreach (var who in new[] { Physician, Pharmacist })
        {
            await DecisionsRefused(found, who, StatusCode.PermissionDenied, "PERMISSION_DENIED");
        }
    }

    /// <summary>Two decisions, the second one the pharmacist's to carry out; the case has an attending physician.</summary>
    private async Task<Case> Decided()
    {
        var session = IntakeFixture.NewSession();
        var accepted = await Service.Accepted(r => (r.AttendingPhysician, r.AttendingPhysicianAbsence) = (IntakeFixture.Physician, AttendingPhysicianAbsence.Unspecified));
        var ready = await Service.Approved((await Write(accepted, IntakeFixture.Sheet())).Case);
        await Service.Deliver("scheduling", new Scheduling.Events.V1.CaseScheduled { Session = session, Case = ready.Name }, session, IntakeFixture.Start.AddHours(4));
        await Service.Deliver("scheduling", new Scheduling.Events.V1.CaseDiscussed { Session = session, Case = ready.Name }, session, IntakeFixture.Start.AddHours(5), 2);
        var request = IntakeFixture.Decisions(await Service.Get(ready.Name), session, Wording);
        request.Decisions.Add(new Decision(request.Decisions[0]) { Responsible = IntakeFixture.Pharmacist, Wording = "Délivrance fractionnée." });
        return (await Intake.RecordDecisionsAsync(request, IntakeFixture.At(IntakeFixture.Referent, 6))).Case;
    }

    private async Task<ReadQuestionResponse> Question(Case found, DevelopmentClaims who) =>
        await Intake.ReadQuestionAsync(new ReadQuestionRequest { Case = found.Name }, IntakeFixture.At(who, 9));

    private Task<RpcException> QuestionRefused(Case found, DevelopmentClaims who, StatusCode code, string reason) =>
        Refusal.With(code, reason, () => Intake.ReadQuestionAsync(new ReadQuestionRequest { Case = found.Name }, IntakeFixture.At(who, 9)));

    private async Task<ReadDecisionsResponse> Decisions(Case found, DevelopmentClaims who) =>
        await Intake.ReadDecisionsAsync(new ReadDecisionsRequest { Case = found.Name }, IntakeFixture.At(who, 9));

    private Task<RpcException> DecisionsRefused(Case found, DevelopmentClaims who, StatusCode code, string reason) =>
        Refusal.With(code, reason, () => Intake.ReadDecisionsAsync(new ReadDecisionsRequest { Case = found.Name }, IntakeFixture.At(who, 9)));
}
