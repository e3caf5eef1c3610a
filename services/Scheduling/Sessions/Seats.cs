using Intervision.Intake.V1;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Sessions;

/// <summary>Somebody expected at an item.</summary>
/// <param name="Category">
/// Of those a patient is told of (CSP R1110-2/-3): observer or expert by role, else by profession; <c>Unspecified</c> for
/// neither, who hears of nobody by name.
/// </param>
internal sealed record Seat(string Person, ParticipantCategory Category);

/// <summary>Who is expected at each item or was there, and who of them leaves for it.</summary>
internal static class Seats
{
    /// <summary>Everybody at the whole session, and those invited to this item.</summary>
    public static IReadOnlyList<Seat> At(Meeting meeting, string caseName, IReadOnlyDictionary<string, Person> people) =>
    [
        .. meeting.Invitations.Where(i => i.Cases.Count == 0 || i.Cases.Contains(caseName))
            .Select(i => new Seat(i.Professional, CategoryOf(i.Role, people.GetValueOrDefault(i.Professional))))
            .DistinctBy(s => s.Person).OrderBy(s => s.Person, StringComparer.Ordinal),
    ];

    /// <summary>Those who were there, in the role they were invited in; who was not invited is of a profession only.</summary>
    public static IReadOnlyList<Seat> Of(Meeting meeting, IReadOnlyDictionary<string, Person> present) =>
    [
        .. present.Values.OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => new Seat(p.Name, CategoryOf(meeting.Invitations.FirstOrDefault(i => i.Professional == p.Name)?.Role ?? SessionRole.Unspecified, p))),
    ];

    /// <summary>Whom the patient excluded, was not told of, or who is in no category at all.</summary>
    public static IEnumerable<string> Leaving(IEnumerable<Seat> seats, BeginDiscussionResponse answer) =>
        from seat in seats
        where seat.Category == ParticipantCategory.Unspecified
            || answer.CategoriesNotInformed.Contains(seat.Category)
            || answer.ExcludedPeople.Contains(seat.Person)
        select seat.Person;

    private static ParticipantCategory CategoryOf(SessionRole role, Person? person) => role switch
    {
        SessionRole.Expert => ParticipantCategory.Expert,
        SessionRole.Observer => ParticipantCategory.Observer,
        _ => person?.Capacities.Select(c => OfTable(c.ProfessionTable)).Where(c => c != ParticipantCategory.Unspecified).DefaultIfEmpty().Min() ?? ParticipantCategory.Unspecified,
    };

    private static ParticipantCategory OfTable(string table) => table switch
    {
        "TRE_G15" => ParticipantCategory.HealthProfessional,
        "TRE_R94" or "TRE_R95" => ParticipantCategory.ListedProfessional,
        _ => ParticipantCategory.Unspecified,
    };
}
