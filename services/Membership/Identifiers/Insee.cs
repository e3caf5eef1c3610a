namespace Intervision.Membership.Identifiers;

/// <summary>Codes of the code officiel géographique, which are text: a leading zero counts (DOMAIN §2).</summary>
internal static class Insee
{
    /// <summary>The département of a commune's code: two characters (<c>02</c>, <c>59</c>, <c>2A</c>), overseas three (<c>971</c>).</summary>
    public static string DepartementOf(string commune) => commune[..(commune.StartsWith("97", StringComparison.Ordinal) || commune.StartsWith("98", StringComparison.Ordinal) ? 3 : 2)];
}
