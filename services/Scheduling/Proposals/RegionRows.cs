using Intervision.Scheduling.Sessions;

namespace Intervision.Scheduling.Proposals;

/// <summary>A session that is ahead, as proposals look at it: without what people wrote of it.</summary>
internal sealed class StandingSession : MeetingRow
{
    public string Name => $"{Meeting.Collection}{Id}";

    public string Etag => ServiceDefaults.Persistence.Etag.Of(Version);

    /// <summary>What the booking holds: the room assigned, else the host.</summary>
    public string Place => Room is { } room ? $"{Rooms.Room.Collection}{room}" : Host;
}

/// <summary>A case that waits, or is on an agenda that is ahead.</summary>
internal sealed class CaseAhead
{
    public string Name { get; init; } = "";

    public string Pole { get; init; } = "";

    public string Programme { get; init; } = "";

    public string Requester { get; init; } = "";

    public string AttendingPhysician { get; init; } = "";

    /// <summary>The recorded reason why there is none.</summary>
    public string PhysicianAbsence { get; init; } = "";

    public string[] Actors { get; init; } = [];

    /// <summary>2026-10-02/NOON.</summary>
    public string[] Availabilities { get; init; } = [];

    public DateTimeOffset ReadyTime { get; init; }

    public bool Urgent { get; init; }

    /// <summary>Whose agenda it is on; null while it waits.</summary>
    public Guid? SessionId { get; init; }

    public IReadOnlyList<string> People =>
        [.. Actors.Append(Requester).Append(AttendingPhysician).Where(p => p.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public bool LacksPhysician => AttendingPhysician.Length == 0 && PhysicianAbsence.Length == 0;

    public bool Involves(string person) => person == Requester || person == AttendingPhysician || Actors.Contains(person);

    public bool IsOffered(DateOnly date) =>
        Availabilities.Length == 0 || Availabilities.Any(a => a.StartsWith($"{date:yyyy-MM-dd}/", StringComparison.Ordinal));
}

/// <summary>A person, room or host that some session has at a time.</summary>
internal sealed class Taken
{
    public string Resource { get; init; } = "";

    public DateTimeOffset Start { get; init; }

    public DateTimeOffset End { get; init; }

    public Guid SessionId { get; init; }

    public string Pole { get; init; } = "";
}

/// <summary>When somebody is référent of a pôle.</summary>
internal sealed class ReferentTerm
{
    public string Pole { get; init; } = "";

    public string Professional { get; init; } = "";

    public DateOnly FromDate { get; init; }

    /// <summary>Exclusive; null: nobody has said until when.</summary>
    public DateOnly? UntilDate { get; init; }

    public bool IsOn(DateOnly date) => FromDate <= date && !(UntilDate <= date);
}

/// <summary>The days a host may receive sessions.</summary>
internal sealed class Covered
{
    public string Organisation { get; init; } = "";

    public DateOnly FirstDate { get; init; }

    public DateOnly LastDate { get; init; }
}
