using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Agendas;

/// <summary>A ready case as somebody looks at it who wants to put it on an agenda.</summary>
internal sealed class CaseToPlace : CasePeople
{
    public string Programme { get; init; } = "";

    public string Pole { get; init; } = "";

    public bool Urgent { get; init; }

    /// <summary>On no open agenda, and Intake still gives it.</summary>
    public bool Waiting { get; init; }

    /// <summary>On an agenda that is ahead (C2).</summary>
    public bool OnAgenda { get; init; }

    /// <summary>2026-10-02/NOON.</summary>
    public string[] Availabilities { get; init; } = [];

    /// <summary>Which intervision of it the next one is, from 1 (C3).</summary>
    public int Rank { get; init; } = 1;

    /// <summary>The same, once off the agenda it is on now: on its way to another.</summary>
    public CaseToPlace OffItsAgenda() => new()
    {
        Name = Name, Programme = Programme, Pole = Pole, Urgent = Urgent, Waiting = true, Availabilities = Availabilities, Rank = Rank,
        Requester = Requester, AttendingPhysician = AttendingPhysician, Actors = Actors, PhysicianAbsence = PhysicianAbsence,
    };

    /// <summary>Locked, so that no other placing and no withdrawal passes by. The session is locked before, as everywhere.</summary>
    public static async Task<CaseToPlace?> Lock(Tx tx, string name)
    {
        // Two statements: the second sees what whoever held the lock has committed.
        await tx.Execute("select from ready_case where name = @name for update", new { name });
        return await tx.SingleOrDefault<CaseToPlace>(
            """
            select c.name, c.programme, c.pole, c.urgent, c.waiting, c.availabilities, c.requester, c.attending_physician, c.actors, c.physician_absence,
                   exists (select from agenda_item i where i.case_name = c.name and i.state in ('SCHEDULED', 'OPEN')) as on_agenda,
                   (select count(*)::int + 1 from agenda_item i where i.case_name = c.name and i.state = 'DISCUSSED') as rank
            from ready_case c where c.name = @name
            """,
            new { name });
    }
}
