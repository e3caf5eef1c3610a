using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Agendas;

/// <summary>Who belongs at an item (DOMAIN §3), by the invitations and by the sheet as far as it is written.</summary>
internal static class Tied
{
    /// <summary>
    /// Facilitator, expert, or tied to the case. Whoever is not is an observer, by invitation or in fact: they leave when the
    /// patient comes (S10), and have no place there where the programme is closed (S11).
    /// </summary>
    public static bool To(Meeting meeting, string caseName, string person) =>
        meeting.Invitations.Any(i => i.Professional == person && i.Role != SessionRole.Observer && (i.Cases.Count == 0 || i.Cases.Contains(caseName)))
        || (!meeting.Invitations.Any(i => i.Professional == person && i.Role == SessionRole.Observer)
            && meeting.Attendance.Any(l => l.Professional == person && IsOf(l, caseName)));

    private static bool IsOf(AttendanceLine line, string caseName) =>
        line.Role is SessionRole.Facilitator or SessionRole.Expert || (line.Role != SessionRole.Observer && line.Cases.Contains(caseName));
}
