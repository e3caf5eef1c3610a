using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Sessions;

/// <summary>Makes what decisions take, without a database. The session is on Tuesday 1 September 2026 at 12:15.</summary>
internal static class A
{
    public static readonly DateOnly Day = new(2026, 9, 1);
    public static readonly DateTimeOffset Start = Paris.InstantOf(Day, new TimeOnly(12, 15));

    public static Meeting Meeting(SessionState state = SessionState.Planned, params ItemState[] items) => new()
    {
        Id = new Guid("01990000-0000-7000-8000-000000000001"),
        Pole = "poles/P1",
        Programme = "programmes/ADDICTIONS",
        State = state,
        Date = Day,
        StartTime = new TimeOnly(12, 15),
        DurationMinutes = 90,
        Start = Start,
        End = Start.AddMinutes(90),
        Modality = "HYBRID",
        Host = "organisations/1",
        Facilitator = state is SessionState.Planned or SessionState.Prepared ? "" : "professionals/F",
        Capacity = 3,
        PlannedDate = Day,
        Version = 1,
        ChangeTime = Start.AddDays(-60),
        Items = [.. items.Select((s, i) => new Item(Case(i + 1), i + 1, s, s == ItemState.Removed ? "X" : "", DiscussTime: s == ItemState.Discussed ? Start : null))],
    };

    public static string Case(int n) => $"cases/SIT-0000-{n:D4}";

    public static Capacity Capacity(string organisation = "1", string mode = "S", string code = "10") =>
        new() { ProfessionTable = "TRE_G15", ProfessionCode = code, Mode = mode, Organisation = $"organisations/{organisation}" };

    public static Person Person(string name, params Capacity[] capacities) =>
        new($"professionals/{name}", "", Expert: name == "X", new DateOnly(2025, 1, 1), capacities);

    public static AttendanceLine Line(string name, Capacity? capacity = null) => new()
    {
        Professional = $"professionals/{name}", Role = SessionRole.Actor, Capacity = capacity, Mode = AttendanceMode.InPerson,
        InTime = Start.ToProto(), OutTime = Start.AddMinutes(60).ToProto(), Signature = "PAPER",
    };

    public static Actor Actor(string subject, params string[] roles) =>
        new(new Caller(subject, roles.ToHashSet(StringComparer.Ordinal), null, new HashSet<string>(StringComparer.Ordinal) { "poles/P1" }, null, null), new HashSet<string>(StringComparer.Ordinal) { subject });

    public static string? Reason(Func<object?> decide)
    {
        try
        {
            decide();
            return null;
        }
        catch (RuleBroken broken)
        {
            return broken.Violations is [var first, ..] ? first.Reason : broken.Reason;
        }
    }
}
