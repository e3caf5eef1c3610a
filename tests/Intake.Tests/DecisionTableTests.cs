using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Decisions;
using Intervision.Intake.Events;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests;

/// <summary>Which verb does what in which state.</summary>
public sealed class DecisionTableTests
{
    private const string Session = "sessions/1";
    private static readonly DateTimeOffset Now = IntakeFixture.Start;
    private static readonly Caller Second = Person("professionals/PER-3");

    public static TheoryData<CaseState> States => [.. Enum.GetValues<CaseState>()];

    [Theory]
    [MemberData(nameof(States))]
    public void Accept(CaseState state) => Check(
        state, [CaseState.Submitted, CaseState.InTriage], CaseState.InPreparation, "CASE_NOT_IN_TRIAGE", c => AcceptCase.Decide(c, "", null, Now));

    [Theory]
    [MemberData(nameof(States))]
    public void Write(CaseState state) => Check(
        state, [CaseState.InPreparation], CaseState.InPreparation, "CASE_NOT_IN_PREPARATION", c => WriteSheet.Decide(c, Second));

    [Theory]
    [MemberData(nameof(States))]
    public void Approve(CaseState state) => Check(
        state, [CaseState.InPreparation], CaseState.Ready, "CASE_NOT_IN_PREPARATION", c => ApproveSheet.Decide(c, Second));

    [Theory]
    [MemberData(nameof(States))]
    public void Decide(CaseState state) => Check(
        state, [CaseState.Discussed], CaseState.Decided, "CASE_NOT_DISCUSSED",
        c => RecordDecisions.Decide(c, new RecordDecisionsRequest { Session = Session }));

    [Theory]
    [MemberData(nameof(States))]
    public void Report_back(CaseState state) => Check(
        state, [CaseState.Decided], CaseState.ReportedBack, "CASE_NOT_DECIDED",
        c => RecordRestitution.Decide(c, new RecordRestitutionRequest { RestitutionDate = Paris.DateOf(Now).ToProto() }));

    [Theory]
    [MemberData(nameof(States))]
    public void Facts_of_Scheduling_are_never_refused(CaseState state)
    {
        var before = Of(state);
        Assert.Equal(state == CaseState.Ready ? CaseState.Scheduled : state, WhenCaseScheduled.Decide(before).State);
        Assert.Equal(state == CaseState.Scheduled ? CaseState.Ready : state, WhenCaseUnscheduled.Decide(before, onAnotherAgenda: false).State);
        Assert.Equal(state, WhenCaseUnscheduled.Decide(before, onAnotherAgenda: true).State);
        Assert.Equal(
            state is CaseState.Ready or CaseState.Scheduled ? CaseState.Discussed : state, WhenCaseDiscussed.Decide(before, Session, Now).State);
    }

    [Theory]
    [InlineData(ConsentStatus.Granted, CaseState.InPreparation)]
    [InlineData(ConsentStatus.Refused, CaseState.ConsentRefused)]
    [InlineData(ConsentStatus.NotCollected, CaseState.AwaitingConsent)]
    [InlineData(ConsentStatus.Informed, CaseState.AwaitingConsent)]
    [InlineData(ConsentStatus.Deferred, CaseState.AwaitingConsent)]
    [InlineData(ConsentStatus.Expired, CaseState.AwaitingConsent)]
    public void Acceptance_goes_where_the_consent_leads(ConsentStatus consent, CaseState to)
    {
        var after = AcceptCase.Decide(Of(CaseState.Submitted) with { Consent = consent }, "", null, Now);
        Assert.Equal((to, Now), (after.State, after.AcceptTime));
    }

    [Theory]
    [InlineData(null, "", "POLE_REQUIRED")]
    [InlineData(null, "poles/P99", "UNKNOWN_POLE")]
    [InlineData(null, "poles/L01", "POLE_OF_OTHER_PROGRAMME")]
    [InlineData(null, "poles/P13", "POLE_NOT_ACTIVE")]
    [InlineData(null, "poles/P12", null)]
    [InlineData("poles/P01", "poles/P12", null)]
    [InlineData("poles/P01", "", null)]
    public void Acceptance_settles_the_pole(string? known, string said, string? reason)
    {
        var pole = said switch
        {
            "poles/L01" => new PoleRow { Programme = "programmes/SANTE_PRECARITE", Active = true },
            "poles/P13" => new PoleRow { Programme = "programmes/ADDICTIONS", Active = false },
            "poles/P12" => new PoleRow { Programme = "programmes/ADDICTIONS", Active = true },
            _ => null,
        };
        var before = Of(CaseState.Submitted) with { Pole = known };
        if (reason is null)
        {
            Assert.Equal(said.Length > 0 ? said : known, AcceptCase.Decide(before, said, pole, Now).Pole);
        }
        else
        {
            Assert.Equal(reason, Assert.Throws<RuleBroken>(() => AcceptCase.Decide(before, said, pole, Now)).Reason);
        }
    }

    [Theory]
    [InlineData(ConsentStatus.Withdrawn, false, true, "CONSENT_NOT_GRANTED")]
    [InlineData(ConsentStatus.Granted, true, true, "SHEET_LOCKED")]
    [InlineData(ConsentStatus.Granted, false, false, "SHEET_NOT_WRITTEN")]
    public void A_sheet_is_readable_only_with_a_consent_in_force(ConsentStatus consent, bool locked, bool written, string reason)
    {
        var found = Of(CaseState.InPreparation) with
        {
            Consent = consent, SheetLockTime = locked ? Now : null, SheetAuthor = written ? IntakeFixture.Doctor : null,
        };
        Assert.Equal(reason, Assert.Throws<RuleBroken>(() => ReadableSheet.MustBeReadable(found)).Reason);
        Assert.Equal(reason, Assert.Throws<RuleBroken>(() => ApproveSheet.Decide(found, Second)).Reason);
        Assert.Equal(reason, Assert.Throws<RuleBroken>(() => ReadSheet.Decide(
            found, new Reader(Person(IntakeFixture.Doctor), [IntakeFixture.Doctor], ParticipantCategory.HealthProfessional), Scope.Standard, "PREPARATION")).Reason);
    }

    [Fact]
    public void The_author_is_not_the_second_reader_under_any_name()
    {
        var written = Of(CaseState.InPreparation) with { SheetAuthor = "professionals/PER-1", SheetAuthorRpps = "99700000013" };
        Caller[] authors = [Person("professionals/PER-1"), Person("sub-of-pro-sante-connect", "99700000013")];
        Assert.All(authors, a => Assert.Equal("SECOND_READER_REQUIRED", Assert.Throws<RuleBroken>(() => ApproveSheet.Decide(written, a)).Reason));
        Assert.Equal("professionals/PER-3", ApproveSheet.Decide(written, Second).SheetApprover);
    }

    [Fact]
    public void Decisions_belong_to_the_session_of_the_discussion_and_are_due_after_it()
    {
        var discussed = Of(CaseState.Discussed);
        var elsewhere = new RecordDecisionsRequest { Session = "sessions/2" };
        Assert.Equal("NOT_DISCUSSED_IN_SESSION", Assert.Throws<RuleBroken>(() => RecordDecisions.Decide(discussed, elsewhere)).Reason);
        var late = new RecordDecisionsRequest
        {
            Session = Session, Decisions = { new Decision { DueDate = Paris.DateOf(Now).AddDays(-1).ToProto() } },
        };
        Assert.Equal("DUE_BEFORE_DISCUSSION", Assert.Throws<RuleBroken>(() => RecordDecisions.Decide(discussed, late)).Reason);
        var early = new RecordRestitutionRequest { RestitutionDate = Paris.DateOf(Now).AddDays(-1).ToProto() };
        Assert.Equal(
            "RESTITUTION_BEFORE_DISCUSSION",
            Assert.Throws<RuleBroken>(() => RecordRestitution.Decide(Of(CaseState.Decided), early)).Reason);
    }

    private static void Check(CaseState state, CaseState[] allowed, CaseState to, string reason, Func<Case, Case> decide)
    {
        if (allowed.Contains(state))
        {
            Assert.Equal(to, decide(Of(state)).State);
        }
        else
        {
            var broken = Assert.Throws<RuleBroken>(() => decide(Of(state)));
            Assert.Equal((reason, Grpc.Core.StatusCode.FailedPrecondition), (broken.Reason, broken.Code));
        }
    }

    private static Case Of(CaseState state) => new()
    {
        Code = "SIT-0000-0000",
        Programme = "programmes/ADDICTIONS",
        Pole = "poles/P12",
        State = state,
        Consent = ConsentStatus.Granted,
        Requester = IntakeFixture.Doctor,
        SheetAuthor = IntakeFixture.Doctor,
        DiscussedSession = Session,
        DiscussTime = Now,
    };

    private static Caller Person(string subject, string? rpps = null) => new(
        subject, new HashSet<string> { Roles.Professional, Roles.Referent }, rpps, new HashSet<string> { "poles/P12" }, null, null);
}
