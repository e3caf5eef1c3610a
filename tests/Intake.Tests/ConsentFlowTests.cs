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
    [Fact]
    public async Task A_refusal_at_deposit_is_triaged_and_then_erased()
    {
        var submitted = await Service.Submitted(Refused);
        Assert.Equal(CaseState.Submitted, submitted.State);
        Assert.Equal(1, await Texts(submitted.Name));
        var accepted = (await Intake.AcceptCaseAsync(
            new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag }, IntakeFixture.At(IntakeFixture.Referent, 1))).Case;
        Assert.Equal(CaseState.ConsentRefused, accepted.State);
        await IsErased(submitted.Name);

        static void Refused(SubmitCaseRequest r) => (r.ConsentStatus, r.ConsentForm) = (ConsentStatus.Refused, ConsentForm.Written);
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
        var approved = await Intake.ApproveSheetAsync(
            new ApproveSheetRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag }, IntakeFixture.At(IntakeFixture.Referent, 8));
        Assert.Equal(CaseState.Ready, approved.Case.State);
        Assert.Equal("intervision.intake.case_ready.v1", (await Service.Said(found.Name))[^1].EventType);
    }
}
