using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

public sealed class AmendConsentVerb(IntakeFixture service) : VerbCompliance<AmendConsentRequest, AmendConsentResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Requester;

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<AmendConsentRequest> Prepare()
    {
        var ready = await Service.Ready();
        return new AmendConsentRequest
        {
            RequestId = IntakeFixture.NewId(), Name = ready.Name, Etag = ready.Etag, Scope = new ConsentScope { ExcludedPeople = { IntakeFixture.Pharmacist } },
        };
    }

    protected override void Change(AmendConsentRequest request) => request.Scope.ExcludedTopics.Add("JUSTICE");

    protected override AsyncUnaryCall<AmendConsentResponse> Call(AmendConsentRequest request, Metadata headers) => Intake.AmendConsentAsync(request, headers);
}

/// <summary>The scope of an agreement: who may hear of what, at the table too.</summary>
public sealed class AmendConsentTests(IntakeFixture service) : CaseSteps(service)
{
    [Fact]
    public async Task Whoever_is_excluded_or_not_told_of_is_not_invited_any_more()
    {
        var ready = await Service.Ready();
        Assert.Equal([IntakeFixture.Pharmacist, IntakeFixture.SocialWorker], (await LastReady(ready)).Actors);
        ready = await Amend(ready, new ConsentScope { ExcludedPeople = { IntakeFixture.Pharmacist } }, 5);
        Assert.Equal([IntakeFixture.SocialWorker], (await LastReady(ready)).Actors);
        await Amend(ready, new ConsentScope { CategoriesInformed = { ParticipantCategory.HealthProfessional } }, 6, notice: "2026-1");
        Assert.Equal([IntakeFixture.Pharmacist], (await LastReady(ready)).Actors);
    }

    [Fact]
    public async Task Another_category_is_informed_by_a_health_professional_with_the_notice_in_hand()
    {
        var ready = await Service.Ready();
        var request = Request(ready, new ConsentScope { CategoriesInformed = { ParticipantCategory.HealthProfessional, ParticipantCategory.Observer } });
        await Refusal.With(StatusCode.InvalidArgument, "NOTICE_VERSION_MISSING", () => Call(request, IntakeFixture.Requester, 5));
        request.NoticeVersion = "2026-2";
        await Refusal.With(StatusCode.FailedPrecondition, "HEALTH_PROFESSIONAL_REQUIRED", () => Call(request, IntakeFixture.Coordinator, 5));
        await Call(request, IntakeFixture.Requester, 5);
        request = Request(await Service.Get(ready.Name), null);
        await Refusal.With(StatusCode.InvalidArgument, "SCOPE_MISSING", () => Call(request, IntakeFixture.Requester, 6));
    }

    [Theory]
    [InlineData("person")]
    [InlineData("topic")]
    [InlineData("categories")]
    public async Task What_the_patient_narrowed_is_widened_by_a_health_professional_with_the_notice_in_hand(string what)
    {
        var narrow = new ConsentScope
        {
            CategoriesInformed = { ParticipantCategory.HealthProfessional }, ExcludedPeople = { IntakeFixture.Pharmacist }, ExcludedTopics = { "JUSTICE" },
        };
        var ready = await Amend(await Service.Ready(), narrow, 5);
        var wide = narrow.Clone();
        switch (what)
        {
            case "person": wide.ExcludedPeople.Clear(); break;
            case "topic": wide.ExcludedTopics[0] = "LOGEMENT"; break;
            case "categories": wide.CategoriesInformed.Clear(); break;
        }

        var request = Request(ready, wide);
        await Refusal.With(StatusCode.InvalidArgument, "NOTICE_VERSION_MISSING", () => Call(request, IntakeFixture.Requester, 6));
        request.NoticeVersion = "2026-2";
        await Refusal.With(StatusCode.FailedPrecondition, "HEALTH_PROFESSIONAL_REQUIRED", () => Call(request, IntakeFixture.Coordinator, 6));
        await Call(request, IntakeFixture.Requester, 6);
        var records = (await Intake.ListConsentRecordsAsync(new ListConsentRecordsRequest { Case = ready.Name }, IntakeFixture.At(IntakeFixture.Requester, 6))).Records;
        Assert.Equal((wide, "2026-2"), (records[^1].Scope, records[^1].NoticeVersion));
    }

    [Fact]
    public async Task Without_an_agreement_there_is_nothing_to_amend()
    {
        var found = await Service.Accepted(NotCollected);
        await Refusal.With(StatusCode.FailedPrecondition, "CONSENT_NOT_GRANTED", () => Call(Request(found, new ConsentScope()), IntakeFixture.Requester, 5));
    }

    [Fact]
    public async Task The_table_is_told_who_must_leave_as_of_the_instant()
    {
        var session = IntakeFixture.NewSession();
        var found = await Service.Scheduled(session);
        var scope = new ConsentScope
        {
            CategoriesInformed = { ParticipantCategory.HealthProfessional },
            ExcludedPeople = { IntakeFixture.Pharmacist },
            ExcludedTopics = { "JUSTICE", "TRAITEMENTS" },
            PatientParticipation = PatientParticipation.All,
        };
        await Amend(found, scope, 10);

        var now = await Ask(found, session, 11, null, [ParticipantCategory.HealthProfessional, ParticipantCategory.ListedProfessional, ParticipantCategory.Observer], [IntakeFixture.Doctor, IntakeFixture.Pharmacist]);
        Assert.True(now.Allowed);
        Assert.Equal([ParticipantCategory.ListedProfessional, ParticipantCategory.Observer], now.CategoriesNotInformed);
        Assert.Equal([IntakeFixture.Pharmacist], now.ExcludedPeople);
        Assert.Equal(["JUSTICE", "TRAITEMENTS"], now.ExcludedTopics);
        Assert.Equal(PatientParticipation.All, now.PatientParticipation);

        // From paper: before the amendment only observers had not been told of.
        var then = await Ask(found, session, 48, 9, [ParticipantCategory.ListedProfessional, ParticipantCategory.Observer], [IntakeFixture.Pharmacist]);
        Assert.True(then.Allowed);
        Assert.Equal([ParticipantCategory.Observer], then.CategoriesNotInformed);
        Assert.Empty(then.ExcludedPeople);

        // Nobody left who may hear it: not at all.
        foreach (var (categories, people) in new (ParticipantCategory[], string[])[]
        {
            ([ParticipantCategory.Observer, ParticipantCategory.ListedProfessional], []), ([], [IntakeFixture.Pharmacist]),
        })
        {
            var refused = await Ask(found, session, 11, null, categories, people);
            Assert.Equal((false, "NOBODY_MAY_HEAR"), (refused.Allowed, refused.Reason));
            Assert.Empty(refused.ExcludedTopics);
        }

        await Refusal.With(
            StatusCode.InvalidArgument, "CATEGORY_INVALID", () => Ask(found, session, 11, null, [(ParticipantCategory)9], []));
    }

    private AsyncUnaryCall<BeginDiscussionResponse> Ask(Case found, string session, double hours, double? at, ParticipantCategory[] categories, string[] people) =>
        Intake.BeginDiscussionAsync(
            new BeginDiscussionRequest
            {
                RequestId = IntakeFixture.NewId(),
                Name = found.Name,
                Session = session,
                Instant = at is { } h ? IntakeFixture.Start.AddHours(h).ToProto() : null,
                Categories = { categories },
                People = { people },
            },
            IntakeFixture.At(IntakeFixture.Scheduling, hours));

    private async Task<Case> Amend(Case found, ConsentScope scope, double hours, string notice = "")
    {
        var request = Request(found, scope);
        request.NoticeVersion = notice;
        return (await Call(request, IntakeFixture.Requester, hours)).Case;
    }

    private AsyncUnaryCall<AmendConsentResponse> Call(AmendConsentRequest request, DevelopmentClaims who, double hours) =>
        Intake.AmendConsentAsync(request, IntakeFixture.At(who, hours));

    private static AmendConsentRequest Request(Case found, ConsentScope? scope) =>
        new() { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Scope = scope };

    private async Task<CaseReady> LastReady(Case found) => (await Service.Said(found.Name))[^1].As<CaseReady>();
}
