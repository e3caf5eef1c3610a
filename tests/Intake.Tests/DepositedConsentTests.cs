using Google.Rpc;
using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>What a deposit says of the patient's answer beyond its status: the rules of RecordConsent, one record.</summary>
public sealed class DepositedConsentTests(IntakeFixture service) : CaseSteps(service)
{
    private static readonly Dictionary<string, (string Field, string Reason, Action<SubmitCaseRequest> Change)> Invalid = new(StringComparer.Ordinal)
    {
        ["not collected"] = ("consent_status", "CONSENT_STATUS_INVALID", r => r.ConsentStatus = ConsentStatus.NotCollected),
        ["withdrawn"] = ("consent_status", "CONSENT_STATUS_INVALID", r => r.ConsentStatus = ConsentStatus.Withdrawn),
        ["expired"] = ("consent_status", "CONSENT_STATUS_INVALID", r => r.ConsentStatus = ConsentStatus.Expired),
        ["form"] = ("consent_form", "CONSENT_DETAILS_MISSING", r => r.ConsentForm = ConsentForm.Unspecified),
        ["giver"] = ("consent_giver", "CONSENT_DETAILS_MISSING", r => r.ConsentGiver = ConsentGiver.Unspecified),
        ["nothing"] = ("consent_details.notice_version", "NOTICE_VERSION_MISSING", r => r.ConsentDetails = new ConsentDetails()),
        ["long notice"] = ("consent_details.notice_version", "NOTICE_VERSION_MISSING", r => r.ConsentDetails.NoticeVersion = new string('1', 33)),
        ["right"] = ("consent_details.withdrawal_right_told", "WITHDRAWAL_RIGHT_NOT_TOLD", r => r.ConsentDetails.WithdrawalRightTold = false),
        ["reason"] = ("consent_details.reason", "REASON_INVALID", r => r.ConsentDetails.Reason = "URGENCE"),
        ["future"] = ("consent_details.answer_time", "ANSWER_IN_FUTURE", r => r.ConsentDetails.AnswerTime = IntakeFixture.Start.AddHours(1).ToProto()),
        ["due"] = ("consent_details.due_date", "DUE_DATE_INVALID", r => r.ConsentDetails.DueDate = new DateOnly(2026, 10, 2).ToProto()),
        ["handed"] = ("consent_details.notice_handed_time", "NOTICE_AFTER_ANSWER", r => r.ConsentDetails.NoticeHandedTime = IntakeFixture.Start.ToProto()),
        ["category"] = ("consent_details.scope.categories_informed", "CATEGORY_INVALID", r => r.ConsentDetails.Scope.CategoriesInformed.Add((ParticipantCategory)99)),
        ["person"] = ("consent_details.scope.excluded_people", "UNKNOWN_PERSON", r => r.ConsentDetails.Scope.ExcludedPeople.Add("professionals/0")),
        ["requester"] = ("consent_details.scope.excluded_people", "EXCLUDED_IS_REQUESTER", r => r.ConsentDetails.Scope.ExcludedPeople.Add(IntakeFixture.Doctor)),
        ["topic"] = ("consent_details.scope.excluded_topics", "UNKNOWN_TOPIC", r => r.ConsentDetails.Scope.ExcludedTopics.Add("METEO")),
        ["wish"] = ("consent_details.scope.patient_participation", "PARTICIPATION_INVALID", r => r.ConsentDetails.Scope.PatientParticipation = (PatientParticipation)9),
        ["evidence"] = ("consent_details.evidence_location", "EVIDENCE_LOCATION_INVALID", r => r.ConsentDetails.EvidenceLocation = "TIROIR"),
        ["situation"] = ("consent_details.patient_situation", "SITUATION_DOES_NOT_FIT_AGE", r => r.ConsentDetails.PatientSituation = PatientSituation.Minor),
        ["guardian"] = ("consent_giver", "GIVER_DOES_NOT_FIT", r => r.ConsentDetails.PatientSituation = PatientSituation.Guardianship),
        ["adult"] = ("consent_details.accompanying_adult", "ACCOMPANYING_ADULT_INVALID", r => r.ConsentDetails.AccompanyingAdult = "FAMILLE"),
    };

    public static TheoryData<string> InvalidKeys => [.. Invalid.Keys];

    [Fact]
    public async Task An_answer_with_its_details_is_the_first_record_and_is_kept_whole()
    {
        var request = Detailed();
        var submitted = await Submitted(request);
        Assert.Equal((CaseState.Submitted, ConsentStatus.Granted), (submitted.State, submitted.ConsentStatus));
        var record = Assert.Single(await Records(submitted.Name));
        var details = request.ConsentDetails;
        Assert.Equal(
            new ConsentRecord
            {
                Number = 1,
                Status = ConsentStatus.Granted,
                Form = ConsentForm.Oral,
                Giver = ConsentGiver.Patient,
                NoticeVersion = details.NoticeVersion,
                NoticeHandedTime = details.NoticeHandedTime,
                WithdrawalRightTold = true,
                Scope = details.Scope,
                EvidenceLocation = details.EvidenceLocation,
                PatientSituation = details.PatientSituation,
                TrustedPersonPresent = true,
                AnswerTime = details.AnswerTime,
                RecordTime = IntakeFixture.Start.ToProto(),
                Recorder = IntakeFixture.Coordinator.Subject,
            },
            record);
        Assert.Single(await Service.Said(submitted.Name));
    }

    [Fact]
    public async Task Whom_the_patient_excluded_at_the_deposit_is_not_named_to_Scheduling()
    {
        var accepted = await Service.Accepted(r => r.ConsentDetails = Detailed().ConsentDetails);
        var written = (await Write(accepted, IntakeFixture.Sheet())).Case;
        await Service.Approved(written);
        Assert.Equal([IntakeFixture.Pharmacist], (await Service.Said(written.Name))[^1].As<CaseReady>().Actors);
    }

    [Fact]
    public async Task A_deposit_without_details_says_status_form_and_giver_whoever_attests_it()
    {
        foreach (var (requester, attested) in new[] { (IntakeFixture.Doctor, true), (IntakeFixture.SocialWorker, false) })
        {
            var record = Assert.Single(await Records((await Service.Submitted(r => r.Requester = requester)).Name));
            Assert.Equal(
                new ConsentRecord
                {
                    Number = 1,
                    Status = attested ? ConsentStatus.Granted : ConsentStatus.NotCollected,
                    Declared = attested ? ConsentStatus.Unspecified : ConsentStatus.Granted,
                    Form = ConsentForm.Oral,
                    Giver = ConsentGiver.Patient,
                    Scope = new ConsentScope(),
                    AnswerTime = IntakeFixture.Start.ToProto(),
                    RecordTime = IntakeFixture.Start.ToProto(),
                    Recorder = IntakeFixture.Coordinator.Subject,
                },
                record);
        }
    }

    [Theory]
    [MemberData(nameof(InvalidKeys))]
    public async Task What_does_not_fit_is_refused_under_the_name_of_its_field(string what)
    {
        var (field, reason, change) = Invalid[what];
        var request = Detailed();
        change(request);
        var refused = await Refusal.With(StatusCode.InvalidArgument, reason, () => Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator)));
        Assert.Equal(field, refused.Detail<BadRequest>()!.FieldViolations[0].Field);
    }

    public static TheoryData<ConsentStatus, string, string, bool> Attested => new()
    {
        // Whoever deposits for a doctor passes on what the doctor attests.
        { ConsentStatus.Granted, IntakeFixture.Doctor, "coordinator", true },
        { ConsentStatus.Granted, IntakeFixture.Doctor, "host", true },
        { ConsentStatus.Granted, IntakeFixture.Doctor, "cpts", true },
        { ConsentStatus.Granted, IntakeFixture.Doctor, "requester", true },
        { ConsentStatus.Informed, IntakeFixture.Doctor, "cpts", true },
        // A social worker attests nothing, whoever passes it on; but a référent who is a doctor may have informed the patient.
        { ConsentStatus.Granted, IntakeFixture.SocialWorker, "coordinator", false },
        { ConsentStatus.Granted, IntakeFixture.SocialWorker, "host", false },
        { ConsentStatus.Granted, IntakeFixture.SocialWorker, "cpts", false },
        { ConsentStatus.Granted, IntakeFixture.SocialWorker, "social worker", false },
        { ConsentStatus.Informed, IntakeFixture.SocialWorker, "cpts", false },
        { ConsentStatus.Granted, IntakeFixture.SocialWorker, "referent", true },
        { ConsentStatus.Informed, IntakeFixture.Mediator, "referent", true },
        // A patient may refuse, or not be asked yet, without having been informed.
        { ConsentStatus.Refused, IntakeFixture.SocialWorker, "social worker", true },
        { ConsentStatus.Deferred, IntakeFixture.SocialWorker, "coordinator", true },
    };

    [Theory]
    [MemberData(nameof(Attested))]
    public async Task That_the_patient_was_informed_is_recorded_by_a_health_professional_only(ConsentStatus status, string requester, string by, bool holds)
    {
        var who = by switch
        {
            "host" => IntakeFixture.Host,
            "referent" => IntakeFixture.Referent,
            "requester" => IntakeFixture.Requester,
            "cpts" => IntakeFixture.Cpts,
            "social worker" => Tokens.Professional(IntakeFixture.SocialWorker),
            _ => IntakeFixture.Coordinator,
        };
        var request = Detailed(r =>
        {
            (r.ConsentStatus, r.Requester) = (status, requester);
            r.ConsentDetails.Scope.ExcludedPeople.Clear();
            if (by == "cpts")
            {
                (r.Channel, r.SubmittingOrganisation) = ("CPTS", IntakeFixture.CptsName);
            }

            if (status == ConsentStatus.Deferred)
            {
                r.ConsentDetails = new ConsentDetails { Reason = "URGENCE", DueDate = new DateOnly(2026, 10, 20).ToProto() };
            }
        });
        foreach (var detailed in new[] { true, false })
        {
            if (!detailed)
            {
                (request.RequestId, request.ExternalId, request.ConsentDetails) = (IntakeFixture.NewId(), IntakeFixture.NewId(), null);
            }

            var submitted = (await Intake.SubmitCaseAsync(request, IntakeFixture.At(who))).Case;
            var record = Assert.Single(await Records(submitted.Name));
            var found = await Service.Get(submitted.Name);
            Assert.Equal(detailed && status != ConsentStatus.Deferred ? "2026-1" : "", record.NoticeVersion);
            Assert.Equal((record.Status, record.Declared), (found.ConsentStatus, found.DeclaredConsentStatus));
            Assert.Equal(
                holds ? (status, ConsentStatus.Unspecified) : (ConsentStatus.NotCollected, status), (found.ConsentStatus, found.DeclaredConsentStatus));
        }
    }

    [Fact]
    public async Task A_minor_alone_was_heard_by_a_doctor_and_is_flagged()
    {
        static SubmitCaseRequest Of(string requester) => Detailed(r =>
        {
            (r.AgeBand, r.Requester, r.ConsentGiver) = ("15-17", requester, ConsentGiver.MinorAlone);
            (r.ConsentDetails.PatientSituation, r.ConsentDetails.AccompanyingAdult) = (PatientSituation.Minor, "FAMILLE");
            r.ConsentDetails.Scope.ExcludedPeople.Clear();
        });
        await Refusal.With(
            StatusCode.FailedPrecondition, "MINOR_ALONE_RECORDER",
            () => Intake.SubmitCaseAsync(Of(IntakeFixture.Pharmacist), IntakeFixture.At(IntakeFixture.Coordinator)));
        Assert.True(Assert.Single(await Records((await Submitted(Of(IntakeFixture.Doctor))).Name)).Flagged);
        // Declared, it attests nothing: whoever confirms it must be one who may hear a minor alone.
        var declared = (await Intake.AcceptCaseAsync(
            Accepting(await Submitted(Of(IntakeFixture.SocialWorker))), IntakeFixture.At(IntakeFixture.Coordinator, 1))).Case;
        var confirming = ConsentRequest(declared, ConsentStatus.Granted);
        (confirming.Giver, confirming.PatientSituation, confirming.AccompanyingAdult) = (ConsentGiver.MinorAlone, PatientSituation.Minor, "FAMILLE");
        await Refusal.With(
            StatusCode.FailedPrecondition, "MINOR_ALONE_RECORDER",
            () => Intake.RecordConsentAsync(confirming, IntakeFixture.At(Tokens.Referent(IntakeFixture.Pharmacist, "poles/P12"), 2)));
        await Intake.RecordConsentAsync(confirming, IntakeFixture.At(IntakeFixture.Referent, 2));
        Assert.Equal([false, true], (await Records(declared.Name)).Select(r => r.Flagged));
    }

    private static AcceptCaseRequest Accepting(Case of) => new() { RequestId = IntakeFixture.NewId(), Name = of.Name, Etag = of.Etag };

    [Fact]
    public async Task Twice_or_many_at_once_it_is_one_case_with_one_record_and_other_details_are_another_payload()
    {
        var request = Detailed();
        var first = await Submitted(request);
        Assert.Equal(first, await Submitted(request));
        var again = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var mine = request.Clone();
            mine.RequestId = IntakeFixture.NewId();
            return await Submitted(mine);
        }));
        Assert.All(again, c => Assert.Equal(first, c));
        Assert.Single(await Records(first.Name));
        Assert.Single(await Service.Said(first.Name));
        request.ConsentDetails.Scope.ExcludedTopics.Clear();
        await Refusal.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator)));
        request.RequestId = IntakeFixture.NewId();
        await Refusal.With(StatusCode.AlreadyExists, "EXTERNAL_ID_REUSED", () => Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator)));
    }

    [Fact]
    public async Task Deposits_with_and_without_details_at_once_each_keep_their_own()
    {
        var submitted = await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
            (i, (await Submitted(i % 3 == 0 ? Detailed() : IntakeFixture.Request())).Name)));
        foreach (var (i, name) in submitted)
        {
            Assert.Equal(i % 3 == 0 ? "2026-1" : "", Assert.Single(await Records(name)).NoticeVersion);
        }
    }

    private static SubmitCaseRequest Detailed(Action<SubmitCaseRequest>? change = null) => IntakeFixture.Request(r =>
    {
        r.ConsentDetails = new ConsentDetails
        {
            NoticeVersion = "2026-1",
            NoticeHandedTime = IntakeFixture.Start.AddHours(-3).ToProto(),
            WithdrawalRightTold = true,
            AnswerTime = IntakeFixture.Start.AddHours(-2).ToProto(),
            Scope = new ConsentScope
            {
                CategoriesInformed = { ParticipantCategory.HealthProfessional, ParticipantCategory.Expert },
                ExcludedPeople = { IntakeFixture.SocialWorker },
                ExcludedTopics = { "JUSTICE" },
                PatientParticipation = PatientParticipation.Part,
            },
            EvidenceLocation = "DOSSIER_PATIENT",
            PatientSituation = PatientSituation.Adult,
            TrustedPersonPresent = true,
        };
        change?.Invoke(r);
    });

    private async Task<Case> Submitted(SubmitCaseRequest request) =>
        (await Intake.SubmitCaseAsync(request, IntakeFixture.At(IntakeFixture.Coordinator))).Case;

    private async Task<IReadOnlyList<ConsentRecord>> Records(string name) =>
        (await Intake.ListConsentRecordsAsync(new ListConsentRecordsRequest { Case = name }, IntakeFixture.At(IntakeFixture.Coordinator))).Records;
}
