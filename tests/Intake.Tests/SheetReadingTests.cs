using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>Reading a sheet through the service: by those tied to the case, as far as their part goes.</summary>
public sealed class SheetReadingTests(IntakeFixture service) : CaseSteps(service)
{
    private static readonly DevelopmentClaims Expert = Tokens.Professional(IntakeFixture.ExpertName, "99700000062");
    private static readonly DevelopmentClaims Pharmacist = Tokens.Professional("psc:pharmacist", "99700000047");
    private static readonly DevelopmentClaims SocialWorker = Tokens.Professional(IntakeFixture.SocialWorker);
    private static readonly DevelopmentClaims Mediator = Tokens.Professional(IntakeFixture.Mediator);
    private static readonly DevelopmentClaims Physician = Tokens.Professional(IntakeFixture.Physician, "99700000070");

    [Fact]
    public async Task Everybody_at_the_table_reads_what_is_theirs()
    {
        var found = await AtTheTable();
        var whole = IntakeFixture.Sheet();
        foreach (var (who, actingAs, hidden) in new (DevelopmentClaims, string, string[])[]
        {
            (IntakeFixture.Requester, "REQUESTER", []), (IntakeFixture.Referent, "FACILITATOR", []), (Expert, "EXPERT", []),
            (Physician, "ATTENDING_PHYSICIAN", []), (Pharmacist, "ACTOR", []), (SocialWorker, "ACTOR", ["treatments"]),
        })
        {
            var read = await ReadAs(found, who, "SESSION");
            Assert.Equal((actingAs, whole.Question, whole.Situation), (read.ActingAs, read.Sheet.Question, read.Sheet.Situation));
            Assert.Equal(hidden, read.HiddenFields);
            Assert.Equal(hidden.Length == 0 ? whole.Treatments : [], read.Sheet.Treatments);
        }

        await RefusedAs(found, Mediator, "SESSION", StatusCode.FailedPrecondition, "CATEGORY_NOT_INFORMED");
        await RefusedAs(found, Pharmacist, "SECOND_READING", StatusCode.FailedPrecondition, "PURPOSE_DOES_NOT_FIT");
        await RefusedAs(found, Pharmacist, "FOLLOW_UP", StatusCode.FailedPrecondition, "PURPOSE_DOES_NOT_FIT");
        await RefusedAs(found, IntakeFixture.OtherReferent, "SESSION", StatusCode.PermissionDenied, "PERMISSION_DENIED");
    }

    [Fact]
    public async Task An_invited_person_is_a_stranger_until_the_case_is_on_an_agenda()
    {
        var ready = await Service.Ready();
        await RefusedAs(ready, Pharmacist, "PREPARATION", StatusCode.PermissionDenied, "PERMISSION_DENIED");
        var session = IntakeFixture.NewSession();
        await Service.Deliver("scheduling", new CaseScheduled { Session = session, Case = ready.Name }, session, IntakeFixture.Start.AddHours(4));
        await ReadAs(ready, Pharmacist, "PREPARATION");
        await Service.Deliver("scheduling", new CaseUnscheduled { Session = session, Case = ready.Name }, session, IntakeFixture.Start.AddHours(5), 2);
        await RefusedAs(ready, Pharmacist, "PREPARATION", StatusCode.PermissionDenied, "PERMISSION_DENIED");
    }

    [Fact]
    public async Task Whoever_leads_the_session_or_is_its_expert_reads_its_cases_and_no_others()
    {
        var session = IntakeFixture.NewSession();
        var found = await AtTheTable(session, (IntakeFixture.Mediator, SessionRole.Facilitator));
        await ReadAs(found, Expert, "PREPARATION");
        // A leader in neither category reads nothing either.
        await RefusedAs(found, Mediator, "SESSION", StatusCode.FailedPrecondition, "CATEGORY_NOT_INFORMED");
        await RefusedAs(await Service.Scheduled(IntakeFixture.NewSession()), Expert, "PREPARATION", StatusCode.PermissionDenied, "PERMISSION_DENIED");
        await Service.Deliver("scheduling", new SessionCancelled { Session = session, Reason = "NO_CASE" }, session, IntakeFixture.Start.AddHours(6), 3);
        await RefusedAs(found, Expert, "PREPARATION", StatusCode.PermissionDenied, "PERMISSION_DENIED");
    }

    [Fact]
    public async Task Whoever_the_patient_excludes_reads_no_more_from_then_on()
    {
        var found = await AtTheTable();
        await ReadAs(found, Pharmacist, "SESSION");
        await Intake.AmendConsentAsync(
            new AmendConsentRequest
            {
                RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag,
                Scope = new ConsentScope { ExcludedPeople = { IntakeFixture.Pharmacist }, ExcludedTopics = { "TRAITEMENTS", "JUSTICE" } },
            },
            IntakeFixture.At(IntakeFixture.Requester, 8));
        await RefusedAs(found, Pharmacist, "SESSION", StatusCode.PermissionDenied, "PERMISSION_DENIED");
        var read = await ReadAs(found, Physician, "SESSION");
        Assert.Equal(["treatments"], read.HiddenFields);
        Assert.Equal(["TRAITEMENTS", "JUSTICE"], read.ExcludedTopics);
    }

    [Fact]
    public async Task An_erased_sheet_is_said_to_be_and_the_attempt_is_traced()
    {
        var found = await Service.Written();
        await Intake.AbandonCaseAsync(
            new AbandonCaseRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Reason = "AUTRE" }, IntakeFixture.At(IntakeFixture.Requester, 3));
        await ReadRefused("SHEET_ERASED", found);
    }

    [Fact]
    public async Task Of_a_withdrawal_and_readings_at_once_nothing_is_given_after_it()
    {
        for (var i = 0; i < 8; i++)
        {
            var found = await AtTheTable();
            var withdrawal = Intake.RecordConsentAsync(ConsentRequest(found, ConsentStatus.Withdrawn), IntakeFixture.At(IntakeFixture.Coordinator, 10)).ResponseAsync;
            var readings = Enumerable.Range(0, 6).Select(async n => await Outcome(found, n % 2 == 0 ? IntakeFixture.Requester : Pharmacist)).ToList();
            await withdrawal;
            Assert.Equal("CONSENT_NOT_GRANTED", await Outcome(found, IntakeFixture.Requester));
            await Task.WhenAll(readings);

            // The numbers of a case's readings are the order of their commits, under the lock that the withdrawal took too.
            var outcomes = await Service.Db.Read(
                tx => tx.Query<string>("select outcome from access_log where 'cases/' || case_code = @Name order by no", new { found.Name }), CancellationToken.None);
            Assert.DoesNotContain("GIVEN", outcomes.SkipWhile(o => o == "GIVEN"));
        }
    }

    private async Task<string> Outcome(Case found, DevelopmentClaims who)
    {
        try
        {
            await ReadAs(found, who, "SESSION");
            return "GIVEN";
        }
        catch (RpcException refused)
        {
            return refused.Reason()!;
        }
    }

    /// <summary>On an agenda, with an attending physician and every kind of actor; the session is convened.</summary>
    private async Task<Case> AtTheTable(string? name = null, params (string Person, SessionRole Role)[] others)
    {
        var session = name ?? IntakeFixture.NewSession();
        var found = await Service.Accepted(r =>
        {
            (r.AttendingPhysician, r.AttendingPhysicianAbsence) = (IntakeFixture.Physician, AttendingPhysicianAbsence.Unspecified);
            r.Actors.Add(IntakeFixture.Mediator);
        });
        found = (await Write(found, IntakeFixture.Sheet())).Case;
        found = await Service.Approved(found);
        await Service.Deliver("scheduling", new CaseScheduled { Session = session, Case = found.Name }, session, IntakeFixture.Start.AddHours(4));
        var convened = new SessionConvened { Session = session };
        foreach (var (person, role) in others.Append((IntakeFixture.ExpertName, SessionRole.Expert)).Append((IntakeFixture.SocialWorker, SessionRole.Actor)))
        {
            convened.People.Add(new SessionConvened.Types.InvitedPerson { Professional = person, Role = role });
        }

        await Service.Deliver("scheduling", convened, session, IntakeFixture.Start.AddHours(5), 2);
        return await Service.Get(found.Name);
    }

    private async Task<ReadSheetResponse> ReadAs(Case found, DevelopmentClaims who, string purpose) =>
        await Intake.ReadSheetAsync(new ReadSheetRequest { Name = found.Name, Purpose = purpose }, IntakeFixture.At(who, 9));

    private Task<RpcException> RefusedAs(Case found, DevelopmentClaims who, string purpose, StatusCode code, string reason) =>
        Refusal.With(code, reason, () => Intake.ReadSheetAsync(new ReadSheetRequest { Name = found.Name, Purpose = purpose }, IntakeFixture.At(who, 9)));
}
