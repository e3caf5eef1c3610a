using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Conventions;

/// <summary>What the parties write into a draft: its period, and what each side gives.</summary>
internal static class ConventionContent
{
    private const int LongestDetails = 500;

    /// <summary>Texts in normal form, kinds in order and once; a contribution that says nothing is none.</summary>
    public static void Canonicalise(Convention convention)
    {
        convention.HostContribution = Canonical(convention.HostContribution);
        convention.AssociationContribution = Canonical(convention.AssociationContribution);
    }

    /// <summary>What is wrong in itself in a canonical draft.</summary>
    public static void Check(Convention convention, Violations violations)
    {
        violations.Check(
            convention.StartDate.ToDate() is not null, "convention.start_date", "START_DATE_INVALID", "Le premier jour de la convention est obligatoire.");
        violations.Check(
            convention.EndDate.ToDate() is { } end && !(convention.StartDate.ToDate() > end),
            "convention.end_date",
            "END_DATE_INVALID",
            "Le dernier jour de la convention est obligatoire et ne précède pas le premier.");
        Check(convention.HostContribution, "convention.host_contribution", violations);
        Check(convention.AssociationContribution, "convention.association_contribution", violations);
    }

    /// <summary>The convention with the dates and contributions that were checked.</summary>
    public static StoredConvention With(this StoredConvention convention, Convention said) => convention with
    {
        StartDate = said.StartDate.ToDate()!.Value,
        EndDate = said.EndDate.ToDate()!.Value,
        HostKinds = [.. (said.HostContribution?.Kinds ?? []).Select(k => (int)k)],
        HostDetails = said.HostContribution?.Details ?? "",
        AssociationKinds = [.. (said.AssociationContribution?.Kinds ?? []).Select(k => (int)k)],
        AssociationDetails = said.AssociationContribution?.Details ?? "",
    };

    private static Contribution? Canonical(Contribution? said)
    {
        var canonical = new Contribution { Kinds = { (said?.Kinds ?? []).Distinct().Order() }, Details = Texts.Canonical(said?.Details ?? "") };
        return canonical.CalculateSize() == 0 ? null : canonical;
    }

    private static void Check(Contribution? contribution, string field, Violations violations)
    {
        violations.Check(
            contribution is null || contribution.Kinds.All(k => k != Contribution.Types.Kind.Unspecified && Enum.IsDefined(k)),
            $"{field}.kinds",
            "CONTRIBUTION_KIND_INVALID",
            "Les moyens mis à disposition sont des locaux, du personnel ou de l'organisation.");
        violations.Check(
            contribution is null || contribution.Details.Length <= LongestDetails,
            $"{field}.details",
            "CONTRIBUTION_DETAILS_TOO_LONG",
            $"Le détail des moyens a au plus {LongestDetails} caractères.");
    }
}
