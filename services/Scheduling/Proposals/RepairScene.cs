using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Incident = Intervision.Scheduling.V1.ProposeRepairRequest.Types.Incident;

namespace Intervision.Scheduling.Proposals;

/// <summary>A room that is free at the session's time.</summary>
internal sealed class FreeRoom
{
    public Guid Id { get; init; }

    public string Name => $"{Rooms.Room.Collection}{Id}";

    public string Host { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public int Seats { get; init; }
}

/// <summary>All that a repair looks at.</summary>
/// <param name="Away">Who cannot come; empty where that is not what happened.</param>
/// <param name="Region">The session's pôle.</param>
/// <param name="Substitutes">Best first.</param>
/// <param name="Declined">Who has declined the session as it stands.</param>
internal sealed record RepairScene(
    Incident Incident, DateOnly Today, RegionSnapshot Region, Pole Pole, StandingSession Session, string Away,
    IReadOnlyList<ProposeSubstitutes.Candidate> Substitutes, IReadOnlyList<FreeRoom> Rooms, IReadOnlySet<string> Declined)
{
    public IReadOnlyList<CaseAhead> Cases { get; } = [.. Region.Cases.Where(c => c.SessionId == Session.Id)];

    public bool IsConvened => Session.State == SessionState.Convened.Code();

    public bool IsVideo => Session.Modality == Membership.V1.Modality.Video.Code();

    public string Facilitator => Session.Facilitator.Length > 0 ? Session.Facilitator : Pole.Referent;

    /// <summary>Who leads, the expert, and everybody of the situations.</summary>
    public IReadOnlyList<string> Expected => [.. Cases.SelectMany(c => c.People).Append(Facilitator).Append(Session.Expert)
        .Where(p => p.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Who was to be there before it happened.</summary>
    public IReadOnlyList<string> Before => [.. Expected.Where(p => p == Away || (!Declined.Contains(p) && !IsTaken(p)))];

    public bool IsTaken(string resource) => Region.IsTaken(resource, Session.StartInstant, Session.EndInstant, Session.Pole);

    /// <summary>Somebody without whom the programme does not meet, or a situation is not spoken of.</summary>
    public bool IsRequired(string person) =>
        person == Facilitator || (person == Session.Expert && Pole.ExpertRequired) || (Pole.AttendingPhysicianRequired && Cases.Any(c => c.AttendingPhysician == person));
}
