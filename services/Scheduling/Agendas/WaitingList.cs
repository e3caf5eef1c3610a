using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Agendas;

/// <summary>A ready case's people, to invite.</summary>
internal class CasePeople
{
    public string Name { get; init; } = "";

    public string Requester { get; init; } = "";

    /// <summary>Empty when there is none.</summary>
    public string AttendingPhysician { get; init; } = "";

    public string[] Actors { get; init; } = [];

    /// <summary>Why no physician is named, by Intake's word or ours (C4); empty while nobody has said it.</summary>
    public string PhysicianAbsence { get; init; } = "";

    /// <summary>Neither a physician to invite nor a reason why not.</summary>
    public bool LacksPhysician => AttendingPhysician.Length == 0 && PhysicianAbsence.Length == 0;

    public IEnumerable<string> Everybody => [AttendingPhysician, Requester, .. Actors];
}

/// <summary>Ready cases: those that wait, and the people of those on an agenda.</summary>
internal static class WaitingList
{
    /// <summary>First come, first served, urgent ones before. Locked, so that no other placing and no withdrawal passes by.</summary>
    public static Task<IReadOnlyList<string>> LockQueue(Tx tx, string pole, string programme) =>
        tx.Query<string>(
            """
            select name from ready_case where waiting and pole = @pole and programme = @programme
            order by urgent desc, submit_time, name for update
            """,
            new { pole, programme });

    public static Task Take(Tx tx, IEnumerable<string> cases) => SetWaiting(tx, cases, waiting: false);

    /// <summary>Back in the queue, at the place its submission gives it.</summary>
    public static Task Return(Tx tx, IEnumerable<string> cases) => SetWaiting(tx, cases, waiting: true);

    public static Task<IReadOnlyList<CasePeople>> PeopleOf(Tx tx, IEnumerable<string> cases) =>
        tx.Query<CasePeople>(
            "select name, requester, attending_physician, actors, physician_absence from ready_case where name = any(@names) order by name",
            new { names = cases.ToArray() });

    /// <summary>By case, e.g. 2026-10-02/NOON.</summary>
    public static async Task<IReadOnlyDictionary<string, string[]>> AvailabilitiesOf(Tx tx, IEnumerable<string> cases) =>
        (await tx.Query<Availability>("select name, availabilities from ready_case where name = any(@names)", new { names = cases.ToArray() }))
            .ToDictionary(a => a.Name, a => a.Availabilities, StringComparer.Ordinal);

    private static async Task SetWaiting(Tx tx, IEnumerable<string> cases, bool waiting)
    {
        var names = cases.ToArray();
        if (names.Length > 0)
        {
            await tx.Execute("update ready_case set waiting = @waiting where name = any(@names)", new { waiting, names });
        }
    }

    private sealed class Availability
    {
        public string Name { get; init; } = "";

        public string[] Availabilities { get; init; } = [];
    }
}
