using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>Everything an answer says, as recorded and as read again.</summary>
public sealed class ConsentDetailTests(IntakeFixture service) : CaseSteps(service)
{
    [Fact]
    public async Task An_answer_is_kept_whole_and_a_new_agreement_is_a_new_record()
    {
        var found = await Service.Accepted(NotCollected);
        var informed = ConsentRequest(found, ConsentStatus.Informed);
        informed.NoticeHandedTime = IntakeFixture.Start.AddHours(1).ToProto();
        informed.Scope = new ConsentScope
        {
            CategoriesInformed = { ParticipantCategory.HealthProfessional, ParticipantCategory.Observer },
            ExcludedPeople = { IntakeFixture.SocialWorker },
            ExcludedTopics = { "JUSTICE" },
            PatientParticipation = PatientParticipation.Part,
        };
        found = (await Intake.RecordConsentAsync(informed, IntakeFixture.At(IntakeFixture.Requester, 2))).Case;
        var granted = ConsentRequest(found, ConsentStatus.Granted);
        granted.EvidenceLocation = "DOSSIER_PATIENT";
        granted.TrustedPersonPresent = true;
        found = (await Intake.RecordConsentAsync(granted, IntakeFixture.At(IntakeFixture.Requester, 3))).Case;
        found = await Consent(found, ConsentStatus.Withdrawn, IntakeFixture.Coordinator, 4);
        await Consent(found, ConsentStatus.Granted, IntakeFixture.Requester, 5);

        var records = await Records(found.Name, IntakeFixture.Requester);
        Assert.Equal(
            [ConsentStatus.NotCollected, ConsentStatus.Informed, ConsentStatus.Granted, ConsentStatus.Withdrawn, ConsentStatus.Granted],
            records.Select(r => r.Status));
        Assert.Equal([1, 2, 3, 4, 5], records.Select(r => r.Number));
        Assert.Equal(informed.Scope, records[1].Scope);
        Assert.Equal(informed.NoticeHandedTime, records[1].NoticeHandedTime);
        // What the agreement left unsaid is what the patient was informed of.
        Assert.Equal(informed.Scope, records[2].Scope);
        Assert.Equal(("DOSSIER_PATIENT", true, true, "2026-1"), (records[2].EvidenceLocation, records[2].TrustedPersonPresent, records[2].WithdrawalRightTold, records[2].NoticeVersion));
        Assert.Equal((ConsentGiver.Patient, IntakeFixture.Coordinator.Subject), (records[3].Giver, records[3].Recorder));
        Assert.Equal(new ConsentScope(), records[4].Scope);
    }

    [Theory]
    [InlineData("declarant", "DECLARANT_MISSING")]
    [InlineData("handed", "NOTICE_AFTER_ANSWER")]
    [InlineData("category", "CATEGORY_INVALID")]
    [InlineData("person", "UNKNOWN_PERSON")]
    [InlineData("requester", "EXCLUDED_IS_REQUESTER")]
    [InlineData("topic", "UNKNOWN_TOPIC")]
    [InlineData("evidence", "EVIDENCE_LOCATION_INVALID")]
    [InlineData("due", "DUE_DATE_INVALID")]
    [InlineData("no due", "DUE_DATE_INVALID")]
    [InlineData("late due", "DUE_DATE_INVALID")]
    [InlineData("past due", "DUE_DATE_INVALID")]
    [InlineData("expiry", "REASON_INVALID")]
    [InlineData("adult", "ACCOMPANYING_ADULT_INVALID")]
    [InlineData("situation", "SITUATION_DOES_NOT_FIT_AGE")]
    public async Task What_does_not_fit_is_refused(string what, string reason)
    {
        var found = await Service.Accepted(NotCollected);
        var request = ConsentRequest(found, ConsentStatus.Granted);
        request.Scope = new ConsentScope();
        var deferred = ConsentRequest(found, ConsentStatus.Deferred);
        deferred.Reason = "URGENCE";
        switch (what)
        {
            case "declarant": request = new RecordConsentRequest { RequestId = request.RequestId, Name = found.Name, Etag = found.Etag, Status = ConsentStatus.Withdrawn }; break;
            case "handed": request.NoticeHandedTime = IntakeFixture.Start.AddHours(3).ToProto(); break;
            case "category": request.Scope.CategoriesInformed.Add(ParticipantCategory.Unspecified); break;
            case "person": request.Scope.ExcludedPeople.Add("professionals/0"); break;
            case "requester": request.Scope.ExcludedPeople.Add(IntakeFixture.Doctor); break;
            case "topic": request.Scope.ExcludedTopics.Add("METEO"); break;
            case "evidence": request.EvidenceLocation = "TIROIR"; break;
            case "due": request.DueDate = new DateOnly(2026, 10, 2).ToProto(); break;
            case "no due": request = deferred; break;
            case "late due": (request, deferred.DueDate) = (deferred, new DateOnly(2026, 11, 1).ToProto()); break;
            case "past due": (request, deferred.DueDate) = (deferred, new DateOnly(2026, 9, 30).ToProto()); break;
            case "expiry": request = ConsentRequest(found, ConsentStatus.Expired); break;
            case "adult": request.AccompanyingAdult = "FAMILLE"; break;
            case "situation": request.PatientSituation = PatientSituation.Minor; break;
        }

        await Refusal.With(StatusCode.InvalidArgument, reason, () => Intake.RecordConsentAsync(request, IntakeFixture.At(IntakeFixture.Requester, 2)));
    }

    [Fact]
    public async Task A_deferred_answer_has_a_reason_and_a_day_and_is_then_settled()
    {
        var found = await Service.Accepted(NotCollected);
        var deferred = ConsentRequest(found, ConsentStatus.Deferred);
        (deferred.Reason, deferred.DueDate) = ("IMPOSSIBILITE", new DateOnly(2026, 10, 31).ToProto());
        found = (await Intake.RecordConsentAsync(deferred, IntakeFixture.At(IntakeFixture.Requester, 2))).Case;
        Assert.Equal((CaseState.AwaitingConsent, ConsentStatus.Deferred), (found.State, found.ConsentStatus));
        var session = IntakeFixture.NewSession();
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 3)).Reason);
        found = await Consent(found, ConsentStatus.Granted, IntakeFixture.Requester, 4);
        Assert.Equal(CaseState.InPreparation, found.State);
        Assert.Equal(("IMPOSSIBILITE", deferred.DueDate), (await Records(found.Name, IntakeFixture.Host))[1] is var r ? (r.Reason, r.DueDate) : default);
    }

    [Fact]
    public async Task A_minor_alone_is_heard_by_a_doctor_and_flagged()
    {
        var found = await Service.Accepted(r =>
        {
            NotCollected(r);
            (r.AgeBand, r.Requester) = ("15-17", IntakeFixture.Pharmacist);
        });
        var request = ConsentRequest(found, ConsentStatus.Granted);
        (request.Giver, request.AccompanyingAdult) = (ConsentGiver.MinorAlone, "PROFESSIONNEL");
        await Refusal.With(
            StatusCode.FailedPrecondition, "MINOR_ALONE_RECORDER",
            () => Intake.RecordConsentAsync(request, IntakeFixture.At(Tokens.Professional(IntakeFixture.Pharmacist, "99700000047"), 2)));
        found = (await Intake.RecordConsentAsync(request, IntakeFixture.At(IntakeFixture.Referent, 2))).Case;
        Assert.True((await Records(found.Name, IntakeFixture.Coordinator))[^1].Flagged);

        // Taken back before anybody.
        var withdrawal = ConsentRequest(found, ConsentStatus.Withdrawn);
        withdrawal.Giver = ConsentGiver.MinorAlone;
        found = (await Intake.RecordConsentAsync(withdrawal, IntakeFixture.At(Tokens.Professional(IntakeFixture.Pharmacist, "99700000047"), 3))).Case;
        Assert.Equal((CaseState.ConsentWithdrawn, ConsentGiver.MinorAlone), (found.State, (await Records(found.Name, IntakeFixture.Coordinator))[^1].Giver));
    }

    [Fact]
    public async Task The_end_of_care_ends_the_agreement()
    {
        var session = IntakeFixture.NewSession();
        var found = await Service.Scheduled(session);
        var request = ConsentRequest(found, ConsentStatus.Expired);
        request.Reason = "FIN_DE_PRISE_EN_CHARGE";
        found = (await Intake.RecordConsentAsync(request, IntakeFixture.At(IntakeFixture.Requester, 5))).Case;
        Assert.Equal((CaseState.AwaitingConsent, ConsentStatus.Expired), (found.State, found.ConsentStatus));
        Assert.Equal("CONSENT_EXPIRED", (await Service.Said(found.Name))[^1].As<CaseNoLongerReady>().Reason);
        await ReadRefused("CONSENT_NOT_GRANTED", found);
        Assert.Equal("CONSENT_NOT_GRANTED", (await Begin(found, session, 6)).Reason);
    }

    [Fact]
    public async Task An_agreement_without_contact_for_24_months_expires()
    {
        var (old, young) = (await Old(-24), await Old(-23));
        var request = new ExpireConsentsRequest { RequestId = IntakeFixture.NewId() };
        foreach (var who in new[] { IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Requester, IntakeFixture.Cpts, Tokens.Of(Roles.Auditor, "ars") })
        {
            await Refusal.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Intake.ExpireConsentsAsync(request, IntakeFixture.At(who)));
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await Intake.ExpireConsentsAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, 1))));
        Assert.Single(answers.Distinct());
        Assert.True(answers[0].Expired >= 1);
        Assert.Equal(ConsentStatus.Expired, (await Service.Get(old)).ConsentStatus);
        Assert.Equal(ConsentStatus.Granted, (await Service.Get(young)).ConsentStatus);
        var records = await Records(old, IntakeFixture.Coordinator);
        Assert.Equal((2, "SANS_CONTACT_24_MOIS"), (records.Count, records[^1].Reason));
    }

    [Fact]
    public async Task Outside_Development_a_timer_does_the_same()
    {
        var (old, young) = (await Old(-30), await Old(-24));
        var job = new Consents.ConsentExpiry(Service.Db, new Then(IntakeFixture.Start.AddMonths(-5)), Microsoft.Extensions.Logging.Abstractions.NullLogger<Consents.ConsentExpiry>.Instance);
        Assert.True(await job.RunOnce(CancellationToken.None) >= 1);
        Assert.Equal(ConsentStatus.Expired, (await Service.Get(old)).ConsentStatus);
        Assert.Equal(ConsentStatus.Granted, (await Service.Get(young)).ConsentStatus);
        Assert.Equal("services/intake", (await Records(old, IntakeFixture.Coordinator))[^1].Recorder);
    }

    private sealed class Then(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    [Fact]
    public async Task Answers_are_listed_page_by_page_for_whoever_organises_the_case()
    {
        var found = await Service.Accepted(NotCollected);
        found = await Consent(found, ConsentStatus.Informed, IntakeFixture.Requester, 2);
        await Consent(found, ConsentStatus.Granted, IntakeFixture.Requester, 3);
        foreach (var who in new[] { IntakeFixture.Coordinator, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Requester })
        {
            Assert.Equal(3, (await Records(found.Name, who)).Count);
        }

        foreach (var who in Strangers.All.Concat([IntakeFixture.Cpts, IntakeFixture.Scheduling]))
        {
            foreach (var name in new[] { found.Name, "cases/SIT-0000-0000" })
            {
                await Refusal.With(
                    StatusCode.PermissionDenied, "PERMISSION_DENIED",
                    () => Intake.ListConsentRecordsAsync(new ListConsentRecordsRequest { Case = name }, IntakeFixture.At(who)));
            }
        }
    }

    private async Task<string> Old(int months)
    {
        var when = IntakeFixture.Start.AddMonths(months);
        var headers = Tokens.As(IntakeFixture.Coordinator, when);
        return (await Intake.SubmitCaseAsync(IntakeFixture.Request(), headers)).Case.Name;
    }

    private async Task<IReadOnlyList<ConsentRecord>> Records(string name, DevelopmentClaims who)
    {
        var records = new List<ConsentRecord>();
        var request = new ListConsentRecordsRequest { Case = name, PageSize = 2 };
        do
        {
            var page = await Intake.ListConsentRecordsAsync(request, IntakeFixture.At(who));
            Assert.True(page.Records.Count <= 2);
            records.AddRange(page.Records);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return records;
    }
}
