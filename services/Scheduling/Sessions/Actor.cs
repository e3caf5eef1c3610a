using Intervision.Scheduling.Directory;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Sessions;

/// <summary>The caller, under every name the directory has for the token, and what that person may do with a session.</summary>
internal sealed record Actor(Caller Caller, IReadOnlySet<string> Names)
{
    public static async Task<Actor> Of(Tx tx, Caller caller) => new(caller, await People.NamesOf(tx, caller));

    /// <summary>Coordinator, référent or host coordinator of the pôle.</summary>
    public bool Organises(Meeting meeting) => Caller.Has(Roles.Coordinator) || Caller.IsOf(meeting.Pole);

    /// <summary>The facilitator named at convening, the référent of the pôle, or the coordinator.</summary>
    public bool Leads(Meeting meeting) =>
        Caller.Has(Roles.Coordinator)
        || (Caller.Has(Roles.Referent) && Caller.Poles.Contains(meeting.Pole))
        || Names.Contains(meeting.Facilitator);

    public bool LeadsOrOrganises(Meeting meeting) => Leads(meeting) || Organises(meeting);

    public bool IsInvited(Meeting meeting) => meeting.Invitations.Any(i => Names.Contains(i.Professional));

    /// <summary>Sees that the session exists.</summary>
    public bool Sees(Meeting meeting) =>
        Caller.HasAny(Roles.Coordinator, Roles.Auditor, Roles.Service) || LeadsOrOrganises(meeting) || IsInvited(meeting);

    /// <summary>Sees agenda, people and sheet in full.</summary>
    public bool SeesAll(Meeting meeting) => Caller.Has(Roles.Service) || LeadsOrOrganises(meeting);

    /// <summary>How the person signs: by the directory's name where it has one.</summary>
    public string SignsAs => Names.FirstOrDefault(n => n.StartsWith("professionals/", StringComparison.Ordinal)) ?? Caller.Subject;
}
