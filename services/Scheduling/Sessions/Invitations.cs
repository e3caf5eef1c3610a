using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Sessions;

/// <summary>
/// Who is invited: facilitator and expert to the whole session, everybody else to the items of one's own cases
/// (DOMAIN §3). A person tied several times gets one invitation, with the strongest role and the union of the cases.
/// </summary>
internal static class Invitations
{
    public static IReadOnlyList<Invitation> For(string facilitator, string expert, IEnumerable<CasePeople> cases)
    {
        var ties = new List<(string Person, SessionRole Role, string? Case)> { (facilitator, SessionRole.Facilitator, null), (expert, SessionRole.Expert, null) };
        foreach (var of in cases)
        {
            ties.Add((of.AttendingPhysician, SessionRole.AttendingPhysician, of.Name));
            ties.Add((of.Requester, SessionRole.Requester, of.Name));
            ties.AddRange(of.Actors.Select(actor => (actor, SessionRole.Actor, (string?)of.Name)));
        }

        return [.. ties.Where(t => t.Person.Length > 0).GroupBy(t => t.Person, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(One)];
    }

    /// <summary>Those invited already, and the people of one more case; who was to observe comes for the case instead.</summary>
    public static IReadOnlyList<Invitation> With(IReadOnlyList<Invitation> invited, CasePeople added) =>
        [.. invited.Where(i => i.Role != SessionRole.Observer || !added.Everybody.Contains(i.Professional)).Concat(For("", "", [added])).GroupBy(i => i.Professional, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(Joined)];

    private static Invitation Joined(IGrouping<string, Invitation> several)
    {
        // Who came to learn and is now tied to a case is invited for that case, and no longer to everything.
        var ties = several.Where(t => t.Role != SessionRole.Observer).DefaultIfEmpty(several.First()).ToList();
        var invitation = new Invitation { Professional = several.Key, Role = ties.Min(t => t.Role) };
        if (ties.All(t => t.Cases.Count > 0))
        {
            invitation.Cases.Add(ties.SelectMany(t => t.Cases).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        }

        return invitation;
    }

    private static Invitation One(IGrouping<string, (string Person, SessionRole Role, string? Case)> ties)
    {
        // The enum is in order of strength.
        var invitation = new Invitation { Professional = ties.Key, Role = ties.Min(t => t.Role) };
        if (ties.All(t => t.Case is not null))
        {
            invitation.Cases.Add(ties.Select(t => t.Case!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        }

        return invitation;
    }
}
