using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests;

/// <summary>From the restitution to the end of a case, and back.</summary>
public sealed class FollowUpTests(IntakeFixture service) : CaseSteps(service)
{
    [Fact]
    public async Task A_case_is_followed_closed_with_its_outcome_and_reopened_for_a_second_intervision()
    {
        var (first, second) = (IntakeFixture.NewSession(), IntakeFixture.NewSession());
        var opened = await Intake.OpenFollowUpAsync(FollowUpSteps.Open(await Service.ReportedBack(first)), IntakeFixture.At(IntakeFixture.Requester, 8));
        Assert.Equal(
            (CaseState.InFollowUp, FollowUpSteps.Discussion.AddDays(90), FollowUpSteps.Discussion.AddDays(180)),
            (opened.Case.State, opened.ThreeMonthsDate.ToDate(), opened.SixMonthsDate.ToDate()));
        var atThree = await Service.Reviewed(opened.Case, OutcomeReview.ThreeMonths, Outcome.Stable, 90);
        var atSix = await Service.Reviewed(atThree, OutcomeReview.SixMonths, Outcome.Improved, 181);
        var closed = (await Intake.CloseCaseAsync(FollowUpSteps.Close(atSix, Outcome.Improved), IntakeFixture.At(IntakeFixture.Requester, FollowUpSteps.Day(182)))).Case;
        Assert.Equal((CaseState.Closed, "AMELIOREE", "Aucune : le dossier est terminé."), (closed.State, closed.EndCode, closed.NextStep));

        var reopened = (await Intake.ReopenCaseAsync(FollowUpSteps.Reopen(closed), IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(200)))).Case;
        Assert.Equal((CaseState.InPreparation, ""), (reopened.State, reopened.EndCode));
        var again = await Service.DiscussedAgain(reopened, second, 210);
        Assert.Equal(CaseState.Discussed, again.State);
        var decisions = IntakeFixture.Decisions(again, second);
        decisions.Decisions[0].DueDate = FollowUpSteps.Discussion.AddDays(240).ToProto();
        await Intake.RecordDecisionsAsync(decisions, IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(211)));

        var sheet = await Intake.GetFollowUpAsync(new GetFollowUpRequest { Case = closed.Name }, IntakeFixture.At(IntakeFixture.Host, FollowUpSteps.Day(212)));
        Assert.Equal([(1, first), (2, second)], sheet.Intervisions.Select(i => (i.Rank, i.Session)));
        Assert.Equal([(OutcomeReview.ThreeMonths, Outcome.Stable), (OutcomeReview.SixMonths, Outcome.Improved)], sheet.Intervisions[0].Answers.Select(r => (r.Review, r.Outcome)));
        var done = Assert.Single(sheet.Intervisions[0].Decisions);
        Assert.Equal((1, "ORIENTATION_CSAPA", true, FollowUpSteps.Discussion), (done.Position, done.Orientation, done.Done, done.DoneDate.ToDate()!.Value));
        Assert.False(Assert.Single(sheet.Intervisions[1].Decisions).Done);
        Assert.Null(sheet.Intervisions[1].ThreeMonthsDate);

        var said = await Service.Said(closed.Name);
        Assert.Equal(
            [
                "case_submitted", "case_ready", "case_decided", "restitution_recorded", "outcome_recorded", "outcome_recorded", "case_closed", "case_ready",
                "case_decided",
            ],
            said.Select(e => e.EventType.Split('.')[2]));
        Assert.Equal(new OutcomeRecorded { Case = closed.Name, Rank = 1, Review = OutcomeReview.SixMonths }, said[5].As<OutcomeRecorded>());
        Assert.Equal(new CaseClosed { Case = closed.Name, Intervisions = 1 }, said[6].As<CaseClosed>());
    }

    [Fact]
    public async Task An_answer_is_corrected_by_another_and_the_last_counts()
    {
        var found = await Service.InFollowUp();
        found = await Service.Reviewed(found, OutcomeReview.ThreeMonths, Outcome.Deceased, 90);
        found = await Service.Reviewed(found, OutcomeReview.ThreeMonths, Outcome.Worse, 91);
        await Refused.With(
            StatusCode.FailedPrecondition, "OUTCOME_NOT_RECORDED",
            () => Intake.CloseCaseAsync(FollowUpSteps.Close(found, Outcome.Deceased), IntakeFixture.At(IntakeFixture.Requester, FollowUpSteps.Day(92))));
        await Intake.CloseCaseAsync(FollowUpSteps.Close(found, Outcome.Worse), IntakeFixture.At(IntakeFixture.Requester, FollowUpSteps.Day(92)));
    }

    [Fact]
    public async Task How_it_ended_is_not_told_to_the_cpts()
    {
        var request = IntakeFixture.Request();
        (request.Channel, request.SubmittingOrganisation) = ("CPTS", IntakeFixture.CptsName);
        var name = (await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Cpts))).Case.Name;
        await Service.Db.InTransaction(
            tx => tx.Execute("update cases set state = 'Closed', end_code = 'DECEDE' where 'cases/' || code = @name", new { name }), CancellationToken.None);
        var seen = (await Intake.GetCaseAsync(new GetCaseRequest { Name = name }, IntakeFixture.At(IntakeFixture.Cpts, 1))).Case;
        Assert.Equal((CaseState.Closed, ""), (seen.State, seen.EndCode));
        Assert.Equal("DECEDE", (await Intake.GetCaseAsync(new GetCaseRequest { Name = name }, IntakeFixture.At(IntakeFixture.Requester, 1))).Case.EndCode);
    }

    [Fact]
    public async Task A_withdrawal_takes_a_closed_case_and_leaves_no_end_code()
    {
        var found = await Service.Reviewed(await Service.InFollowUp(), OutcomeReview.ThreeMonths, Outcome.Stable, 90);
        var closed = (await Intake.CloseCaseAsync(FollowUpSteps.Close(found, Outcome.Stable), IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(90)))).Case;
        var withdrawn = await Consent(closed, ConsentStatus.Withdrawn, IntakeFixture.Requester, FollowUpSteps.Day(91));
        Assert.Equal((CaseState.ConsentWithdrawn, ""), (withdrawn.State, withdrawn.EndCode));
        await Refused.With(
            StatusCode.FailedPrecondition, "CASE_NOT_DISCUSSED",
            () => Intake.ReopenCaseAsync(FollowUpSteps.Reopen(withdrawn), IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(92))));
        var again = (await Intake.CloseCaseAsync(FollowUpSteps.Close(withdrawn, Outcome.NotApplicable), IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(92)))).Case;
        Assert.Equal("SANS_OBJET", again.EndCode);
    }

    [Fact]
    public async Task A_patient_who_refuses_a_second_intervision_leaves_what_the_first_decided()
    {
        var found = await Service.InFollowUp();
        found = await Consent(found, ConsentStatus.Expired, IntakeFixture.Requester, 20, r => r.Reason = "FIN_DE_PRISE_EN_CHARGE");
        var reopened = (await Intake.ReopenCaseAsync(FollowUpSteps.Reopen(found), IntakeFixture.At(IntakeFixture.Requester, 21))).Case;
        Assert.Equal(CaseState.AwaitingConsent, reopened.State);
        var informed = await Consent(reopened, ConsentStatus.Informed, IntakeFixture.Requester, 22);
        var texts = await Texts(found.Name);
        var refused = await Consent(informed, ConsentStatus.Refused, IntakeFixture.Requester, 23);
        Assert.Equal(CaseState.ConsentRefused, refused.State);
        Assert.NotEqual(0, texts);
        Assert.Equal(texts, await Texts(found.Name));
    }

    [Fact]
    public async Task The_expert_of_the_first_table_is_a_stranger_to_the_second()
    {
        var (first, second) = (IntakeFixture.NewSession(), IntakeFixture.NewSession());
        var expert = Tokens.Professional(IntakeFixture.ExpertName, "99700000062");
        var discussed = await Service.Discussed(first);
        await Service.Deliver(
            "scheduling",
            new SessionConvened { Session = first, People = { new SessionConvened.Types.InvitedPerson { Professional = IntakeFixture.ExpertName, Role = SessionRole.Expert } } },
            first, IntakeFixture.Start.AddHours(6), streamNo: 3);
        await AsExpert("SESSION", 6);
        var reopened = (await Intake.ReopenCaseAsync(FollowUpSteps.Reopen(discussed, "DISCUSSION_INACHEVEE"), IntakeFixture.At(IntakeFixture.Referent, 7))).Case;
        var written = (await Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = reopened.Name, Etag = reopened.Etag, Sheet = IntakeFixture.Sheet() },
            IntakeFixture.At(IntakeFixture.Requester, 8))).Case;
        await Service.Approved(written, 9);
        await Service.Deliver(
            "scheduling", new CaseScheduled { Session = second, Case = written.Name, Date = FollowUpSteps.Discussion.AddDays(30).ToProto() },
            second, IntakeFixture.Start.AddHours(10));
        Assert.Equal(CaseState.Scheduled, (await Service.Get(written.Name)).State);
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => AsExpert("PREPARATION", 11));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => AsExpert("SESSION", 11));

        AsyncUnaryCall<ReadSheetResponse> AsExpert(string purpose, double hours) =>
            Intake.ReadSheetAsync(new ReadSheetRequest { Name = discussed.Name, Purpose = purpose }, IntakeFixture.At(expert, hours));
    }

    [Fact]
    public async Task What_was_erased_is_not_reopened()
    {
        var found = await Service.InFollowUp();
        await Service.Db.InTransaction(
            tx => tx.Execute(
                """
                update case_key set wrapped_key = null, destroy_time = now() where case_id = (select id from cases where 'cases/' || code = @Name)
                """,
                new { found.Name }),
            CancellationToken.None);
        await Refused.With(
            StatusCode.FailedPrecondition, "CASE_ERASED", () => Intake.ReopenCaseAsync(FollowUpSteps.Reopen(found), IntakeFixture.At(IntakeFixture.Referent, 20)));
    }

    [Fact]
    public async Task A_session_decides_once_on_a_case_even_when_it_speaks_of_it_again()
    {
        var session = IntakeFixture.NewSession();
        var decided = await Service.ReportedBack(session);
        var reopened = (await Intake.ReopenCaseAsync(FollowUpSteps.Reopen(decided, "DISCUSSION_INACHEVEE"), IntakeFixture.At(IntakeFixture.Referent, 7))).Case;
        await Service.DiscussedAgain(reopened, IntakeFixture.NewSession(), 30);
        await Service.Db.InTransaction(
            tx => tx.Execute("update cases set discussed_session = @session where 'cases/' || code = @Name", new { session, decided.Name }), CancellationToken.None);
        var request = IntakeFixture.Decisions(await Service.Get(decided.Name), session);
        request.Decisions[0].DueDate = FollowUpSteps.Discussion.AddDays(60).ToProto();
        await Refused.With(
            StatusCode.FailedPrecondition, "ALREADY_DECIDED_IN_SESSION",
            () => Intake.RecordDecisionsAsync(request, IntakeFixture.At(IntakeFixture.Referent, FollowUpSteps.Day(31))));
    }

    [Fact]
    public async Task After_a_withdrawal_what_was_decided_is_for_the_referent_and_whoever_recorded_it()
    {
        var session = IntakeFixture.NewSession();
        var discussed = await Service.Discussed(session);
        await Intake.RecordDecisionsAsync(IntakeFixture.Decisions(discussed, session), IntakeFixture.At(IntakeFixture.Coordinator, 6));
        var returned = await Service.Returned(await Service.Get(discussed.Name), ReturnRecipient.Requester, 7);
        var back = (await Intake.RecordRestitutionAsync(FollowUpSteps.Restitution(returned), IntakeFixture.At(IntakeFixture.Requester, 7))).Case;
        var followed = (await Intake.OpenFollowUpAsync(FollowUpSteps.Open(back), IntakeFixture.At(IntakeFixture.Requester, 8))).Case;
        var reviewed = await Service.Reviewed(followed, OutcomeReview.ThreeMonths, Outcome.Worse, 90);
        DevelopmentClaims[] all = [IntakeFixture.Referent, IntakeFixture.Coordinator, IntakeFixture.Requester, IntakeFixture.Host];
        foreach (var who in all)
        {
            Assert.Equal((true, true), await Shown(who, 91));
        }

        var withdrawn = await Consent(reviewed, ConsentStatus.Withdrawn, IntakeFixture.Requester, FollowUpSteps.Day(92));
        await EachSeesOwn(93);
        // Informed again is not agreed again.
        var informed = await Consent(withdrawn, ConsentStatus.Informed, IntakeFixture.Requester, FollowUpSteps.Day(94));
        await EachSeesOwn(95);
        await Consent(informed, ConsentStatus.Granted, IntakeFixture.Requester, FollowUpSteps.Day(96));
        Assert.Equal((true, true), await Shown(IntakeFixture.Host, 97));

        async Task EachSeesOwn(int day)
        {
            Assert.Equal((true, true), await Shown(IntakeFixture.Referent, day));
            Assert.Equal((true, false), await Shown(IntakeFixture.Coordinator, day));
            Assert.Equal((false, true), await Shown(IntakeFixture.Requester, day));
            Assert.Equal((false, false), await Shown(IntakeFixture.Host, day));
        }

        async Task<(bool Decision, bool Answer)> Shown(DevelopmentClaims who, int day)
        {
            var sheet = await Intake.GetFollowUpAsync(new GetFollowUpRequest { Case = discussed.Name }, IntakeFixture.At(who, FollowUpSteps.Day(day)));
            var intervision = Assert.Single(sheet.Intervisions);
            var (decision, answer) = (Assert.Single(intervision.Decisions), Assert.Single(intervision.Answers));
            Assert.Equal((1, true, new DateOnly(2026, 11, 1)), (decision.Position, decision.Done, decision.DueDate.ToDate()!.Value));
            Assert.Equal(decision.Masked ? ("", "") : ("ORIENTATION_CSAPA", IntakeFixture.Doctor), (decision.Orientation, decision.Responsible));
            Assert.Equal((OutcomeReview.ThreeMonths, answer.Masked ? Outcome.Unspecified : Outcome.Worse), (answer.Review, answer.Outcome));
            return (!decision.Masked, !answer.Masked);
        }
    }

    [Fact]
    public async Task The_sheet_is_for_those_who_follow_the_case()
    {
        var found = await Service.InFollowUp();
        foreach (var who in Strangers.All.Append(IntakeFixture.Cpts).Append(IntakeFixture.Scheduling))
        {
            foreach (var name in new[] { found.Name, "cases/SIT-0000-0000" })
            {
                await Refused.With(
                    StatusCode.PermissionDenied, "PERMISSION_DENIED",
                    () => Intake.GetFollowUpAsync(new GetFollowUpRequest { Case = name }, IntakeFixture.At(who, 20)));
            }
        }
    }

    private async Task<Case> Consent(Case found, ConsentStatus status, DevelopmentClaims who, double hours, Action<RecordConsentRequest> change)
    {
        var request = ConsentRequest(found, status);
        change(request);
        return (await Intake.RecordConsentAsync(request, IntakeFixture.At(who, hours))).Case;
    }
}
