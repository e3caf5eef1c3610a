using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>Consent through the service: who records it, and what follows.</summary>
public sealed class ConsentFlowTests(IntakeFixture service) : CaseSteps(service)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_at_deposit_ends_the_case_and_keeps_no_question(bool urgent)
    {
        var request = IntakeFixture.Request(r => (r.ConsentStatus, r.ConsentForm, r.Urgent) = (ConsentStatus.Refused, ConsentForm.Written, urgent));
        var answer = await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator));
        var refused = answer.Case;
        Assert.Equal((CaseState.ConsentRefused, ConsentStatus.Refused), (refused.State, refused.ConsentStatus));
        Assert.Equal(urgent, answer.Notice.StartsWith("L'intervision n'est pas un dispositif d'urgence", StringComparison.Ordinal));
        Assert.EndsWith("la question est effacée.", answer.Notice, StringComparison.Ordinal);
        var left = await Service.Db.Read(
            tx => tx.Single<(long Texts, long Keys, long Destroyed, long Alerts)>(
                """
                select (select count(*) from clinical_text t where t.case_id = c.id),
                  (select count(*) from case_key k where k.case_id = c.id and k.wrapped_key is not null),
                  (select count(*) from case_key k where k.case_id = c.id and k.destroy_time is not null),
                  (select count(*) from urgent_alert a where a.case_id = c.id)
                from cases c where 'cases/' || c.code = @Name
                """,
                new { refused.Name }),
            CancellationToken.None);
        Assert.Equal((0L, 0L, 1L, 0L), left);
        Assert.Single(await Service.Said(refused.Name));
        Assert.Equal(answer, await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, 1)));
        await Refusal.With(
            StatusCode.FailedPrecondition, "CASE_NOT_IN_TRIAGE",
            () => Intake.AcceptCaseAsync(
                new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = refused.Name, Etag = refused.Etag }, IntakeFixture.At(IntakeFixture.Referent, 1)));
        await ConsentRefusedWith("CASE_ENDED", refused, ConsentStatus.Granted, IntakeFixture.Requester, 2);
    }

    [Fact]
    public async Task An_agreement_given_before_the_deposit_is_the_one_in_force()
    {
        var found = await Service.Accepted(r =>
        {
            NotCollected(r);
            r.AttendingPhysicianAbsence = AttendingPhysicianAbsence.Unspecified;
            r.AttendingPhysician = IntakeFixture.Physician;
        });
        var yesterday = ConsentRequest(found, ConsentStatus.Granted);
        yesterday.AnswerTime = IntakeFixture.Start.AddDays(-1).ToProto();
        yesterday.Scope = new ConsentScope { ExcludedPeople = { IntakeFixture.Pharmacist, IntakeFixture.Physician }, ExcludedTopics = { "JUSTICE" } };
        found = (await Intake.RecordConsentAsync(yesterday, IntakeFixture.At(IntakeFixture.Requester, 2))).Case;
        var written = (await Write(found, IntakeFixture.Sheet())).Case;
        found = await Service.Approved(written);
        Assert.Equal([IntakeFixture.SocialWorker], (await Service.Said(found.Name))[^1].As<CaseReady>().Actors);

        var amend = new AmendConsentRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Scope = yesterday.Scope.Clone() };
        amend.Scope.ExcludedTopics.Add("LOGEMENT");
        found = (await Intake.AmendConsentAsync(amend, IntakeFixture.At(IntakeFixture.Requester, 5))).Case;
        var records = (await Intake.ListConsentRecordsAsync(new ListConsentRecordsRequest { Case = found.Name }, IntakeFixture.At(IntakeFixture.Requester, 5))).Records;
        Assert.Equal([ConsentStatus.NotCollected, ConsentStatus.Granted, ConsentStatus.Granted], records.Select(r => r.Status));

        var session = IntakeFixture.NewSession();
        var begin = new BeginDiscussionRequest
        {
            RequestId = IntakeFixture.NewId(), Name = found.Name, Session = session, People = { IntakeFixture.Doctor, IntakeFixture.Pharmacist },
        };
        var answer = await Intake.BeginDiscussionAsync(begin, IntakeFixture.At(IntakeFixture.Scheduling, 6));
        Assert.True(answer.Allowed, answer.Reason);
        Assert.Equal([IntakeFixture.Pharmacist], answer.ExcludedPeople);
        Assert.Equal(["JUSTICE", "LOGEMENT"], answer.ExcludedTopics);

        // Who was kept out yesterday does not read today.
        await Service.Deliver("scheduling", new CaseScheduled { Session = session, Case = found.Name, Date = FollowUpSteps.Discussion.ToProto() }, session, IntakeFixture.Start.AddHours(6));
        var read = new ReadSheetRequest { Name = found.Name, Purpose = "SESSION" };
        await Refusal.With(
            StatusCode.PermissionDenied, "PERMISSION_DENIED",
            () => Intake.ReadSheetAsync(read, IntakeFixture.At(Tokens.Professional(IntakeFixture.Pharmacist, "99700000047"), 6)));
        await Intake.ReadSheetAsync(read, IntakeFixture.At(Tokens.Professional(IntakeFixture.SocialWorker), 6));

        // The work list does not send anybody to a physician the patient keeps out.
        await Service.Deliver("scheduling", new CaseDiscussed { Session = session, Case = found.Name, DiscussTime = IntakeFixture.Start.AddHours(7).ToProto() }, session, IntakeFixture.Start.AddHours(7), 2);
        found = await Service.Get(found.Name);
        await Intake.RecordDecisionsAsync(IntakeFixture.Decisions(found, session), IntakeFixture.At(IntakeFixture.Referent, 8));
        var due = await Intake.ListDueFollowUpsAsync(new ListDueFollowUpsRequest { PageSize = 1000 }, IntakeFixture.At(IntakeFixture.Requester, FollowUpSteps.Day(16)));
        Assert.Equal(
            [DueKind.Restitution, DueKind.ReturnToRequester],
            due.DueFollowUps.Where(d => d.Case == found.Name).Select(d => d.Kind));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_asked_later_erases_the_question(bool accepted)
    {
        var found = accepted ? await Service.Accepted(NotCollected) : await Service.Submitted(NotCollected);
        var refused = await Consent(found, ConsentStatus.Refused, IntakeFixture.Coordinator, 2);
        Assert.Equal((CaseState.ConsentRefused, ConsentStatus.Refused), (refused.State, refused.ConsentStatus));
        await IsErased(found.Name);
        await ConsentRefusedWith("CASE_ENDED", refused, ConsentStatus.Granted, IntakeFixture.Requester, 3);
    }

    [Fact]
    public async Task Only_a_health_professional_records_that_the_patient_was_informed()
    {
        var found = await Service.Accepted(r =>
        {
            NotCollected(r);
            r.Requester = IntakeFixture.SocialWorker;
        });
        var socialWorker = Tokens.Professional(IntakeFixture.SocialWorker);
        foreach (var who in new[] { socialWorker, IntakeFixture.Coordinator })
        {
            await ConsentRefusedWith("HEALTH_PROFESSIONAL_REQUIRED", found, ConsentStatus.Informed, who, 2);
            await ConsentRefusedWith("HEALTH_PROFESSIONAL_REQUIRED", found, ConsentStatus.Granted, who, 2);
        }

        found = await Consent(found, ConsentStatus.Informed, IntakeFixture.Referent, 2);
        Assert.Equal((CaseState.AwaitingConsent, ConsentStatus.Informed), (found.State, found.ConsentStatus));
        found = await Consent(found, ConsentStatus.Granted, socialWorker, 3);
        Assert.Equal((CaseState.InPreparation, ConsentStatus.Granted), (found.State, found.ConsentStatus));
    }

    [Fact]
    public async Task The_answer_recorded_by_anybody_goes_no_further_than_what_the_patient_was_informed_of()
    {
        var found = await Service.Accepted(NotCollected);
        var informed = ConsentRequest(found, ConsentStatus.Informed);
        informed.Scope = new ConsentScope { CategoriesInformed = { ParticipantCategory.HealthProfessional }, ExcludedTopics = { "JUSTICE" } };
        found = (await Intake.RecordConsentAsync(informed, IntakeFixture.At(IntakeFixture.Requester, 2))).Case;
        var wider = ConsentRequest(found, ConsentStatus.Granted);
        wider.Scope = new ConsentScope { ExcludedTopics = { "JUSTICE" } };
        await Refusal.With(
            StatusCode.FailedPrecondition, "HEALTH_PROFESSIONAL_REQUIRED",
            () => Intake.RecordConsentAsync(wider, IntakeFixture.At(IntakeFixture.Coordinator, 3)));
        await Consent(found, ConsentStatus.Granted, IntakeFixture.Coordinator, 3);
    }

    [Fact]
    public async Task A_doctor_records_the_agreement_at_once()
    {
        var found = await Service.Accepted(NotCollected);
        Assert.Equal(CaseState.AwaitingConsent, found.State);
        found = await Consent(found, ConsentStatus.Granted, IntakeFixture.Requester, 2);
        Assert.Equal(CaseState.InPreparation, found.State);
    }

    [Theory]
    [InlineData("status", "CONSENT_STATUS_INVALID")]
    [InlineData("form", "CONSENT_DETAILS_MISSING")]
    [InlineData("giver", "CONSENT_DETAILS_MISSING")]
    [InlineData("notice", "NOTICE_VERSION_MISSING")]
    [InlineData("right", "WITHDRAWAL_RIGHT_NOT_TOLD")]
    [InlineData("reason", "REASON_INVALID")]
    [InlineData("deferred", "REASON_INVALID")]
    [InlineData("future", "ANSWER_IN_FUTURE")]
    public async Task An_agreement_says_what_it_must(string what, string reason)
    {
        var found = await Service.Accepted(NotCollected);
        var request = ConsentRequest(found, ConsentStatus.Granted);
        switch (what)
        {
            case "status": request.Status = ConsentStatus.NotCollected; break;
            case "form": request.Form = ConsentForm.Unspecified; break;
            case "giver": request.Giver = ConsentGiver.Unspecified; break;
            case "notice": request.NoticeVersion = ""; break;
            case "right": request.WithdrawalRightTold = false; break;
            case "reason": request.Reason = "URGENCE"; break;
            case "deferred": (request.Status, request.Reason) = (ConsentStatus.Deferred, "PARESSE"); break;
            case "future": request.AnswerTime = IntakeFixture.Start.AddHours(3).ToProto(); break;
        }

        await Refusal.With(
            StatusCode.InvalidArgument, reason, () => Intake.RecordConsentAsync(request, IntakeFixture.At(IntakeFixture.Requester, 2)));
    }

    [Fact]
    public async Task A_withdrawal_locks_the_sheet_and_takes_the_case_off_the_agendas_at_once()
    {
        var session = IntakeFixture.NewSession();
        var found = await Service.Scheduled(session);
        found = await Consent(found, ConsentStatus.Withdrawn, IntakeFixture.Coordinator, 5);
        Assert.Equal((CaseState.ConsentWithdrawn, ConsentStatus.Withdrawn), (found.State, found.ConsentStatus));
        var said = await Service.Said(found.Name);
        Assert.Equal(
            ["intervision.intake.case_no_longer_ready.v1", "intervision.intake.consent_withdrawn.v1"], said.Skip(2).Select(e => e.EventType));
        Assert.Equal("CONSENT_WITHDRAWN", said[2].As<CaseNoLongerReady>().Reason);
        await ReadRefused("CONSENT_NOT_GRANTED", found);
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 6)).Reason);

        // Scheduling's own words arrive afterwards: recorded, nothing undone.
        await Service.Deliver("scheduling", new CaseUnscheduled { Session = session, Case = found.Name, Reason = "CONSENT_WITHDRAWN" }, session, IntakeFixture.Start.AddHours(6), 2);
        await Service.Deliver("scheduling", new CaseDiscussed { Session = session, Case = found.Name }, session, IntakeFixture.Start.AddHours(6), 3);
        Assert.Equal(CaseState.ConsentWithdrawn, (await Service.Get(found.Name)).State);

        // A new agreement: the sheet is there again, and read a second time again.
        found = await Consent(await Service.Get(found.Name), ConsentStatus.Granted, IntakeFixture.Requester, 7);
        Assert.Equal(CaseState.InPreparation, found.State);
        Assert.Equal(IntakeFixture.Sheet(), (await Read(found)).Sheet);
        // The reading of before does not count.
        await Refusal.With(
            StatusCode.FailedPrecondition, "SHEET_NOT_READ",
            () => Intake.ApproveSheetAsync(
                new ApproveSheetRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag }, IntakeFixture.At(IntakeFixture.Referent, 8)));
        Assert.Equal(CaseState.Ready, (await Service.Approved(found, 8)).State);
        Assert.Equal("intervision.intake.case_ready.v1", (await Service.Said(found.Name))[^1].EventType);
    }
}
