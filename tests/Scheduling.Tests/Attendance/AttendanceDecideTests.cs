using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.Tests.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Attendance;

public sealed class AttendanceDecideTests
{
    public static TheoryData<string, Capacity?, string?> Said => new()
    {
        { "one", null, null },
        { "one", new Capacity(), null },
        { "one", A.Capacity("1"), null },
        { "one", A.Capacity("1", "L"), "CAPACITY_NOT_HELD" },
        { "none", null, "NO_CAPACITY_ON_DATE" },
        { "two", null, "AMBIGUOUS_CAPACITY" },
        { "two", new Capacity { Mode = "L" }, null },
        { "two", new Capacity { ProfessionCode = "10" }, "AMBIGUOUS_CAPACITY" },
        { "two", A.Capacity("2", "L"), null },
        { "two", A.Capacity("3", "L"), "CAPACITY_NOT_HELD" },
    };

    [Theory]
    [MemberData(nameof(Said))]
    public void The_capacity_is_one_of_the_directory(string who, Capacity? said, string? reason)
    {
        var person = A.Person("P", who switch { "one" => [A.Capacity("1")], "two" => [A.Capacity("1"), A.Capacity("2", "L")], _ => [] });
        var (capacity, violation) = Capacities.Choose(person, said, "lines[0].capacity");
        Assert.Equal(reason, violation?.Reason);
        Assert.Equal(reason is null, capacity is not null);
        Assert.True(capacity is null || person.Capacities.Contains(capacity));
    }

    public static TheoryData<string, Action<AttendanceLine>> Slips => new()
    {
        { "PROFESSIONAL_NAME_INVALID", l => l.Professional = "Dr House" },
        { "ROLE_MISSING", l => l.Role = SessionRole.Unspecified },
        { "ROLE_MISSING", l => l.Role = (SessionRole)99 },
        { "MODE_MISSING", l => l.Mode = AttendanceMode.Unspecified },
        { "TIME_MISSING", l => l.InTime = null },
        { "TIME_MISSING", l => l.OutTime = null },
        { "TIME_MISSING", l => l.InTime = new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = long.MaxValue } },
        { "TIME_MISSING", l => l.OutTime = new Google.Protobuf.WellKnownTypes.Timestamp { Nanos = -1 } },
        { "LEFT_BEFORE_COMING", l => l.OutTime = l.InTime },
        { "TIME_OUTSIDE_SESSION", l => l.InTime = A.Start.AddMinutes(-61).ToProto() },
        { "TIME_OUTSIDE_SESSION", l => l.OutTime = A.Start.AddMinutes(90 + 121).ToProto() },
        { "TIME_OUTSIDE_SESSION", l => (l.InTime, l.OutTime) = (A.Start.AddMinutes(90).ToProto(), A.Start.AddMinutes(95).ToProto()) },
        { "CASE_NOT_ON_AGENDA", l => l.Cases.Add(A.Case(2)) },
        { "CASE_NOT_ON_AGENDA", l => l.Cases.Add(A.Case(3)) },
        { "KILOMETRES_INVALID", l => l.Kilometres = -1 },
        { "KILOMETRES_INVALID", l => l.Kilometres = 1001 },
        { "KILOMETRES_BY_VIDEO", l => (l.Mode, l.Kilometres) = (AttendanceMode.Video, 1) },
        { "SIGNATURE_MISSING", l => l.Signature = "" },
        { "DECLARATION_CONTRADICTORY", l => (l.NoOtherFunderDeclared, l.OtherFunderDeclared) = (true, true) },
        { "REPLACED_PERSON_INVALID", l => l.Replaces = "Dr House" },
        { "REPLACED_PERSON_INVALID", l => l.Replaces = l.Professional },
        { "LICENCE_INVALID", l => l.ReplacementLicence = "59-2026-1" },
        { "LICENCE_INVALID", l => (l.Replaces, l.ReplacementLicence) = ("professionals/Q", "né le 3 mai") },
    };

    [Theory]
    [MemberData(nameof(Slips))]
    public void A_line_must_fit(string reason, Action<AttendanceLine> slip)
    {
        var meeting = A.Meeting(SessionState.Open, ItemState.Open, ItemState.Removed);
        var line = A.Line("P");
        Assert.Null(A.Reason(() => Fit(meeting, line)));
        slip(line);
        Assert.Equal(reason, A.Reason(() => Fit(meeting, line)));
    }

    [Fact]
    public void A_sheet_has_one_line_per_person_and_at_most_a_hundred_lines()
    {
        var meeting = A.Meeting(SessionState.Open);
        Assert.Equal("LINE_COUNT_INVALID", A.Reason(() => Fit(meeting)));
        Assert.Equal("DUPLICATE_PERSON", A.Reason(() => Fit(meeting, A.Line("P"), A.Line("P"))));
        Assert.Equal("LINE_COUNT_INVALID", A.Reason(() => Fit(meeting, [.. Enumerable.Range(0, 101).Select(i => A.Line($"P{i}"))])));
        Assert.Null(A.Reason(() => Fit(meeting, [.. Enumerable.Range(0, 100).Select(i => A.Line($"P{i}"))])));
    }

    [Theory]
    [InlineData(SessionState.Convened, "STATE_FORBIDS")]
    [InlineData(SessionState.Open, null)]
    [InlineData(SessionState.Held, null)]
    [InlineData(SessionState.AttendanceCertified, "STATE_FORBIDS")]
    [InlineData(SessionState.Settled, "STATE_FORBIDS")]
    public void The_sheet_is_written_from_opening_to_certification(SessionState state, string? reason) =>
        Assert.Equal(reason, A.Reason(() => RecordAttendance.Decide(A.Meeting(state), [A.Line("P")], People(A.Person("P", A.Capacity())))));

    [Fact]
    public void A_line_replaces_the_persons_own_only_and_signatures_are_for_the_sheet_signed()
    {
        var people = People(A.Person("P", A.Capacity()), A.Person("Q", A.Capacity("2")));
        var first = RecordAttendance.Decide(A.Meeting(SessionState.Held), [A.Line("Q"), A.Line("P")], people).After;
        var corrected = A.Line("P");
        corrected.Kilometres = 7;
        var second = RecordAttendance.Decide(first, [corrected], people).After;
        Assert.Equal([7, 0], second.Attendance.Select(l => l.Kilometres));
        Assert.Equal((1, 2), (first.SheetVersion, second.SheetVersion));
    }

    /// <summary>S8 in full: who may end it alone.</summary>
    [Theory]
    [InlineData("coordinator@region", true, "L", true)]
    [InlineData("professionals/P", true, "L", false)]
    [InlineData("professionals/P", false, "L", true)]
    [InlineData("professionals/P", true, "S", true)]
    [InlineData("professionals/P", true, "B", true)]
    [InlineData("professionals/Other", true, "L", true)]
    public void Nobody_certifies_alone_ones_own_indemnity(string certifier, bool indemnified, string mode, bool alone)
    {
        var decided = CertifyAttendance.Decide(Sheet(mode), A.Actor(certifier, Roles.Referent), indemnified);
        Assert.Equal(alone ? SessionState.AttendanceCertified : SessionState.Held, decided.After.State);
        Assert.Equal(alone ? 1 : 0, decided.Events.Count);
        Assert.Equal([new Signature(certifier, 1)], decided.After.Signatures);
    }

    [Fact]
    public void Who_was_replaced_does_not_certify_alone_the_sheet_of_who_stood_in()
    {
        var sheet = Sheet("L");
        sheet.Attendance[0].Replaces = "professionals/Replaced";
        Assert.Equal(SessionState.Held, CertifyAttendance.Decide(sheet, A.Actor("professionals/Replaced", Roles.Referent), indemnified: true).After.State);
    }

    [Fact]
    public void Only_a_liberal_capacity_stands_in()
    {
        var line = A.Line("P");
        line.Replaces = "professionals/Q";
        Assert.Equal("REPLACEMENT_NOT_LIBERAL", A.Reason(() => RecordAttendance.Decide(A.Meeting(SessionState.Open), [line], People(A.Person("P", A.Capacity())))));
        Assert.Null(A.Reason(() => RecordAttendance.Decide(A.Meeting(SessionState.Open), [line], People(A.Person("P", A.Capacity("1", "L"))))));
    }

    [Fact]
    public void The_second_signature_must_be_another_persons_on_the_same_sheet()
    {
        var once = CertifyAttendance.Decide(Sheet("L"), A.Actor("professionals/P", Roles.Referent), indemnified: true).After;
        var again = CertifyAttendance.Decide(once, A.Actor("professionals/P", Roles.Referent), indemnified: true);
        Assert.Equal((SessionState.Held, 1), (again.After.State, again.After.Signatures.Count));

        var both = CertifyAttendance.Decide(once, A.Actor("host@p1", Roles.HostCoordinator), indemnified: true);
        Assert.Equal(SessionState.AttendanceCertified, both.After.State);
        Assert.Equal(["professionals/P", "host@p1"], Assert.IsType<AttendanceCertified>(Assert.Single(both.Events)).Certifiers);

        var changed = once with { SheetVersion = 2 };
        Assert.Equal(SessionState.Held, CertifyAttendance.Decide(changed, A.Actor("professionals/P", Roles.Referent), indemnified: true).After.State);
    }

    [Theory]
    [InlineData(SessionState.Open, "STATE_FORBIDS")]
    [InlineData(SessionState.AttendanceCertified, "STATE_FORBIDS")]
    [InlineData(SessionState.Held, "ATTENDANCE_EMPTY")]
    public void There_is_a_sheet_to_certify_and_only_once(SessionState state, string reason) =>
        Assert.Equal(reason, A.Reason(() => CertifyAttendance.Decide(A.Meeting(state), A.Actor("c", Roles.Coordinator), indemnified: true)));

    private static Meeting Sheet(string mode)
    {
        var other = A.Line("Q", A.Capacity("2", "L"));
        other.Cases.Add(A.Case(1));
        return A.Meeting(SessionState.Held, ItemState.Discussed) with { SheetVersion = 1, Attendance = [A.Line("P", A.Capacity("1", mode)), other] };
    }

    private static object? Fit(Meeting meeting, params AttendanceLine[] lines)
    {
        AttendanceRules.MustFit(meeting, lines);
        return null;
    }

    private static IReadOnlyDictionary<string, Person> People(params Person[] people) => people.ToDictionary(p => p.Name, StringComparer.Ordinal);
}
