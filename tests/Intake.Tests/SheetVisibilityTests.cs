using Intervision.Intake.Consents;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests;

/// <summary>Who sees which part of a sheet, when and what for: every cell of docs/privacy.md.</summary>
public sealed class SheetVisibilityTests
{
    private static readonly ParticipantCategory[] CategoryColumns =
        [ParticipantCategory.HealthProfessional, ParticipantCategory.ListedProfessional, ParticipantCategory.Unspecified];

    // Columns: health professional, listed professional, neither. Q question, S situation, T treatments, W warnings.
    private static readonly Dictionary<Tie, string[]> Fields = new()
    {
        [Tie.Requester] = ["QSTW", "QSTW", "QSTW"],
        [Tie.Facilitator] = ["QSTW", "QSTW", ""],
        [Tie.AttendingPhysician] = ["QST", "", ""],
        [Tie.Expert] = ["QST", "QS", ""],
        [Tie.Actor] = ["QST", "QS", ""],
    };

    private static readonly string[] PurposeColumns = ["PREPARATION", "SECOND_READING", "SESSION", "FOLLOW_UP"];

    // Rows: tie and state. Columns: the purposes. Requester and facilitator: whatever the state.
    private static readonly Dictionary<Tie, Dictionary<CaseState, string>> Times = new()
    {
        [Tie.Requester] = Enum.GetValues<CaseState>().ToDictionary(s => s, _ => "y-yy"),
        [Tie.Facilitator] = Enum.GetValues<CaseState>().ToDictionary(s => s, _ => "yyyy"),
        [Tie.AttendingPhysician] = Invited,
        [Tie.Expert] = new() { [CaseState.Scheduled] = "y-y-", [CaseState.Discussed] = "--y-" },
        [Tie.Actor] = Invited,
    };

    private static Dictionary<CaseState, string> Invited => new()
    {
        [CaseState.Scheduled] = "y-y-",
        [CaseState.Discussed] = "--yy",
        [CaseState.Decided] = "---y",
        [CaseState.ReportedBack] = "---y",
        [CaseState.InFollowUp] = "---y",
    };

    [Fact]
    public void Every_part_for_every_tie_and_category()
    {
        foreach (var tie in Enum.GetValues<Tie>())
        {
            Assert.All(CategoryColumns.Zip(Fields[tie]), cell => Assert.Equal((tie, cell.First, cell.Second), (tie, cell.First, Letters(SheetVisibility.Of(tie, cell.First)))));
        }
    }

    [Fact]
    public void Every_purpose_for_every_tie_and_state()
    {
        foreach (var tie in Enum.GetValues<Tie>())
        {
            foreach (var state in Enum.GetValues<CaseState>())
            {
                var row = Times[tie].GetValueOrDefault(state, "----");
                Assert.All(PurposeColumns.Zip(row), cell => Assert.Equal((tie, state, cell.First, cell.Second == 'y'), (tie, state, cell.First, SheetVisibility.May(tie, cell.First, state))));
                Assert.Equal(row.Contains('y'), SheetVisibility.Holds(tie, state));
                Assert.False(SheetVisibility.May(tie, "CURIOSITY", state));
            }
        }
    }

    [Theory]
    [InlineData(Roles.Coordinator)]
    [InlineData(Roles.HostCoordinator)]
    [InlineData(Roles.Cpts)]
    [InlineData(Roles.FinanceOfficer)]
    [InlineData(Roles.FinanceApprover)]
    [InlineData(Roles.FinanceReleaser)]
    [InlineData(Roles.Auditor)]
    [InlineData(Roles.Service)]
    public void Other_roles_never_read_whatever_ties_them(string role)
    {
        var reader = Reader(IntakeFixture.Doctor, ParticipantCategory.HealthProfessional) with
        {
            Caller = new Caller(IntakeFixture.Doctor, new HashSet<string> { role }, null, new HashSet<string> { "poles/P12" }, null, IntakeFixture.CptsName),
        };
        Assert.Equal("PERMISSION_DENIED", Reason(reader with { LeadsSession = true, IsExpert = true }, Scope.Standard));
    }

    [Fact]
    public void A_category_that_was_not_told_of_reads_nothing()
    {
        var scope = Scope.Standard with { Categories = [ParticipantCategory.ListedProfessional] };
        var stranger = Reader("professionals/PER-8", ParticipantCategory.HealthProfessional);
        Assert.Equal("PERMISSION_DENIED", Reason(stranger, scope));
        Assert.Equal("CATEGORY_NOT_INFORMED", Reason(stranger with { IsExpert = true }, scope));
        Assert.Equal("CATEGORY_NOT_INFORMED", Reason(Reader(IntakeFixture.Pharmacist, ParticipantCategory.HealthProfessional), scope));
        Assert.Equal("CATEGORY_NOT_INFORMED", Reason(Reader(IntakeFixture.Mediator, ParticipantCategory.Unspecified), scope));
        Assert.Equal("", Reason(Reader(IntakeFixture.SocialWorker, ParticipantCategory.ListedProfessional), scope));
        Assert.Equal("", Reason(Reader(IntakeFixture.Doctor, ParticipantCategory.HealthProfessional), scope));
    }

    [Fact]
    public void Whoever_the_patient_excluded_is_a_stranger_by_every_name()
    {
        var scope = Scope.Standard with { ExcludedPeople = [IntakeFixture.Pharmacist] };
        var excluded = Reader(IntakeFixture.Pharmacist, ParticipantCategory.HealthProfessional) with { IsExpert = true, LeadsSession = true };
        Assert.Equal("", Reason(excluded, Scope.Standard));
        Assert.Equal("PERMISSION_DENIED", Reason(excluded, scope));
        Assert.Equal("PERMISSION_DENIED", Reason(excluded with { Caller = excluded.Caller with { Subject = "psc:1" } }, scope));
    }

    [Fact]
    public void Treatments_the_patient_excluded_are_hidden_from_all_but_the_requester()
    {
        var scope = Scope.Standard with { ExcludedTopics = ["TRAITEMENTS"] };
        var actor = ReadSheet.Decide(Case, Reader(IntakeFixture.Pharmacist, ParticipantCategory.HealthProfessional), scope, "SESSION");
        var requester = ReadSheet.Decide(Case, Reader(IntakeFixture.Doctor, ParticipantCategory.HealthProfessional), scope, "SESSION");
        Assert.Equal(("QS", "QSTW"), (Letters(actor.Fields), Letters(requester.Fields)));
    }

    private static Case Case => new()
    {
        Code = "SIT-0000-0000",
        State = CaseState.Scheduled,
        Consent = ConsentStatus.Granted,
        Pole = "poles/P12",
        Requester = IntakeFixture.Doctor,
        SheetAuthor = IntakeFixture.Doctor,
        AttendingPhysician = IntakeFixture.Physician,
        Actors = [IntakeFixture.Pharmacist, IntakeFixture.SocialWorker, IntakeFixture.Mediator],
    };

    private static Reader Reader(string name, ParticipantCategory category) => new(
        new Caller(name, new HashSet<string> { Roles.Professional }, null, new HashSet<string>(), null, null), [name], category);

    private static string Reason(Reader reader, Scope scope)
    {
        try
        {
            ReadSheet.Decide(Case, reader, scope, "SESSION");
            return "";
        }
        catch (RuleBroken refusal)
        {
            return refusal.Reason;
        }
    }

    private static string Letters(SheetFields fields) => string.Concat(
        new[] { (SheetFields.Question, "Q"), (SheetFields.Situation, "S"), (SheetFields.Treatments, "T"), (SheetFields.Warnings, "W") }
            .Where(f => fields.HasFlag(f.Item1)).Select(f => f.Item2));
}
