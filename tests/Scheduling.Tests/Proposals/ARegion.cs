using Intervision.Membership.V1;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Proposals;
using Intervision.Scheduling.Tests.Sessions;
using Intervision.ServiceDefaults.Time;
using Pole = Intervision.Scheduling.Directory.Pole;

namespace Intervision.Scheduling.Tests.Proposals;

/// <summary>One pôle that meets on Tuesdays at noon, without a database. Today is 3 August 2026.</summary>
internal static class ARegion
{
    public const string PoleName = "poles/P1";
    public const string Host = "organisations/1";
    public static readonly DateOnly Today = new(2026, 8, 3);
    public static readonly DateOnly September = new(2026, 9, 1);
    public static readonly DateOnly October = new(2026, 10, 6);
    public static readonly Wishes Autumn = new(Today, September, new DateOnly(2026, 10, 31));

    public static readonly Pole Pole = new()
    {
        Name = PoleName, Programme = "programmes/ADDICTIONS", Rhythm = "MONTHLY", Weekday = 2, StartTime = new TimeOnly(12, 15), DurationMinutes = 90,
        Modality = "HYBRID", Referent = "professionals/R", Host = Host, State = "ACTIVE", MaximumCases = 5, MinutesPerCase = 30, ExpertRequired = true, AttendingPhysicianRequired = true,
    };

    public static readonly Holidays NoHolidays = new(new Dictionary<DateOnly, string>(), []);

    /// <summary>The pôle in another rhythm.</summary>
    public static Pole With(string rhythm) => new()
    {
        Name = PoleName, Programme = Pole.Programme, Rhythm = rhythm, Weekday = Pole.Weekday, StartTime = Pole.StartTime, DurationMinutes = Pole.DurationMinutes,
        Modality = Pole.Modality, Referent = Pole.Referent, Host = Host, State = Pole.State, MaximumCases = Pole.MaximumCases, MinutesPerCase = Pole.MinutesPerCase,
        ExpertRequired = true, AttendingPhysicianRequired = true,
    };

    public static StandingSession Session(DateOnly date, string state = "PLANNED", DateTimeOffset? frozen = null, string expert = "", string modality = "HYBRID") => new()
    {
        Id = new Guid(date.DayNumber, 0, 0, new byte[8]), Pole = PoleName, State = state, Date = date, PlannedDate = date, StartTime = Pole.StartTime, DurationMinutes = 90,
        StartInstant = Paris.InstantOf(date, Pole.StartTime), EndInstant = Paris.InstantOf(date, Pole.StartTime).AddMinutes(90), Modality = modality, Host = Host,
        Capacity = 3, FreezeTime = frozen, Version = 1, Expert = expert, Facilitator = state == "CONVENED" ? Pole.Referent : "",
    };

    public static CaseAhead Case(int n, StandingSession? on = null, bool urgent = false, params string[] availabilities) => new()
    {
        Name = A.Case(n), Pole = PoleName, Programme = Pole.Programme, Requester = $"professionals/Q{n}", AttendingPhysician = $"professionals/G{n}",
        Actors = ["professionals/A", "professionals/X"], ReadyTime = new DateTimeOffset(2026, 8, 1, 8, 0, 0, TimeSpan.Zero), Urgent = urgent,
        SessionId = on?.Id, Availabilities = availabilities,
    };

    public static Taken Elsewhere(string person, DateOnly date) => new()
    {
        Resource = person, Start = Paris.InstantOf(date, new TimeOnly(12, 0)), End = Paris.InstantOf(date, new TimeOnly(13, 0)), Pole = "poles/P2",
    };

    public static RegionSnapshot Of(IReadOnlyList<StandingSession> sessions, IReadOnlyList<CaseAhead> cases, Pole? pole = null, DateOnly? conventionEnds = null, params Taken[] taken)
    {
        pole ??= Pole;
        return new RegionSnapshot(
            [pole],
            new Dictionary<string, PoleRhythm>(StringComparer.Ordinal) { [pole.Name] = pole.ToRhythm(Rules.Usual) },
            new Dictionary<string, string>(StringComparer.Ordinal) { [pole.Name] = "coordination@example.org" },
            sessions, cases, new HashSet<string>(StringComparer.Ordinal) { "professionals/X" },
            taken.ToLookup(t => t.Resource, StringComparer.Ordinal),
            new[] { new Covered { Organisation = Host, FirstDate = new DateOnly(2026, 1, 1), LastDate = conventionEnds ?? new DateOnly(2027, 12, 31) } }.ToLookup(c => c.Organisation, StringComparer.Ordinal),
            Array.Empty<DateOnly>().ToLookup(_ => "", StringComparer.Ordinal),
            NoHolidays);
    }
}
