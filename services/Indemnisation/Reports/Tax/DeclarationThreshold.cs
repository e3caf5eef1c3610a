namespace Intervision.Indemnisation.Reports.Tax;

/// <summary>From what paid in a calendar year a beneficiary is declared (CGI 240, BOFiP of 12 February 2025; DOMAIN §6).</summary>
internal static class DeclarationThreshold
{
    public const int FirstYear = 2007;

    /// <summary>In cents, all taxes included: who is paid more is declared, who is paid as much is not.</summary>
    public static long Of(int year) => year switch
    {
        >= 2024 => 2_400_00,
        >= 2014 => 1_200_00,
        _ => 600_00,
    };
}
