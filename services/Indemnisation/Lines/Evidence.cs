using Intervision.Indemnisation.V1;
using Intervision.Scheduling.V1;

namespace Intervision.Indemnisation.Lines;

/// <summary>What the person said of other funders.</summary>
public enum Declaration
{
    /// <summary>Nothing yet: waited for, never a "no".</summary>
    None = 0,

    /// <summary>No other funder, nor on salaried time.</summary>
    NoOtherFunder = 1,

    OtherFunder = 2,
}

/// <summary>The employer's convention by which a salaried expert is indemnified, in force on the day of the session.</summary>
public sealed record ExpertConvention
{
    public string Name { get; init; } = "";

    public string Organisation { get; init; } = "";

    public string Payee { get; init; } = "";
}

/// <summary>
/// Who at the table is indemnified, on the facts of the day (DOMAIN §3): whoever came in a liberal capacity; a salaried expert
/// by convention with the employer only; nobody else. Pure.
/// </summary>
internal static class Entitlement
{
    public const string Liberal = "L";
    public const string Salaried = "S";

    /// <summary>The presences of one person that may be paid, all in one capacity; empty when nothing is.</summary>
    public static IReadOnlyList<AttendanceLine> Payable(IEnumerable<AttendanceLine> ofPerson, IReadOnlyList<ExpertConvention> conventions)
    {
        var all = ofPerson.ToList();
        var liberal = all.Where(l => l.Capacity?.Mode == Liberal).ToList();
        return liberal.Count > 0 ? liberal : [.. all.Where(l => Convention(l, conventions) is not null)];
    }

    public static ExpertConvention? Convention(AttendanceLine line, IReadOnlyList<ExpertConvention> conventions) =>
        line is { Role: SessionRole.Expert, Capacity: { Mode: Salaried, Organisation.Length: > 0 } capacity }
            ? conventions.FirstOrDefault(c => c.Organisation == capacity.Organisation)
            : null;

    /// <summary>Said of any part of the session, another funder counts for all of it.</summary>
    public static Declaration Of(IReadOnlyList<AttendanceLine> presences) =>
        presences.Any(p => p.OtherFunderDeclared) ? Declaration.OtherFunder
        : presences.All(p => p.NoOtherFunderDeclared) ? Declaration.NoOtherFunder
        : Declaration.None;

    public static RateRole Role(IReadOnlyList<AttendanceLine> presences) =>
        presences.Any(p => p.Role == SessionRole.Facilitator) ? RateRole.Facilitator
        : presences.Any(p => p.Role == SessionRole.Expert) ? RateRole.Expert
        : RateRole.Participant;

    public static RateRole Role(SessionRole role) => role switch
    {
        SessionRole.Facilitator => RateRole.Facilitator,
        SessionRole.Expert => RateRole.Expert,
        _ => RateRole.Participant,
    };
}
