using Intervision.Membership.Events.V1;
using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Membership.Conventions;

/// <summary>The rules of conventions: of one organisation, one at a time in force (DOMAIN §1, S1).</summary>
internal static class ConventionRules
{
    /// <summary>A signed one whose last day has passed is EXPIRED; the last day counts.</summary>
    public static Convention.Types.State StateOn(StoredConvention convention, DateOnly date) =>
        convention.State == Convention.Types.State.Signed && date > convention.EndDate ? Convention.Types.State.Expired : convention.State;

    public static bool IsInForce(StoredConvention convention, DateOnly date) =>
        convention.IsAgreed && convention.StartDate <= date && date <= convention.LastDate;

    /// <summary>The agreed convention in force on some day from first to last, both inclusive; null when there is none.</summary>
    public static StoredConvention? Overlapping(DateOnly first, DateOnly last, IEnumerable<StoredConvention> others) =>
        others.FirstOrDefault(c => c.IsAgreed && c.StartDate <= last && first <= c.LastDate);

    /// <summary>The one that renews it, if any: a draft, or one that was signed; a renewal given up does not count.</summary>
    public static StoredConvention? RenewalOf(StoredConvention convention, IEnumerable<StoredConvention> all) =>
        all.FirstOrDefault(c => c.Renews == convention.ConventionId && !c.IsGivenUp);

    /// <exception cref="RuleBroken">CONVENTION_NOT_DRAFT.</exception>
    public static void MustBeDraft(StoredConvention convention)
    {
        if (convention.State != Convention.Types.State.Draft)
        {
            throw Refused("CONVENTION_NOT_DRAFT", "La convention n'est plus un projet.", convention);
        }
    }

    /// <exception cref="RuleBroken">CONVENTION_RENEWED, which names the renewal.</exception>
    public static void MustNotBeRenewed(StoredConvention convention, IEnumerable<StoredConvention> all)
    {
        if (RenewalOf(convention, all) is { } renewal)
        {
            throw RuleBroken.NotNow(
                "CONVENTION_RENEWED",
                $"La convention {convention.Name} est renouvelée par {renewal.Name}.",
                "CONVENTION",
                renewal.Name,
                ("name", convention.Name),
                ("renewal", renewal.Name));
        }
    }

    public static RuleBroken Refused(string reason, string french, StoredConvention convention) =>
        RuleBroken.NotNow(reason, french, "STATE", convention.Name, ("name", convention.Name));

    /// <summary>A convention as it now is, for its own history.</summary>
    public static Told History(StoredConvention convention, DateOnly today) => new(convention.Name, convention.ToProto(today), Event: null);

    /// <summary>
    /// All conventions of an organisation as they now are. They have a stream of their own beside their organisation's:
    /// where the latest event wins, two types in one stream would hide each other.
    /// </summary>
    /// <remarks>Their history is kept under their own names.</remarks>
    public static Told Tell(string organisation, IEnumerable<StoredConvention> all, DateOnly today) =>
        new(
            organisation + "/conventions",
            State: null,
            new ConventionChanged { Organisation = organisation, Conventions = { all.Select(c => c.ToProto(today)) } });
}
