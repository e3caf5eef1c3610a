using System.Collections.Immutable;

namespace Intervision.Intake.Alerts;

/// <summary>The authorities of the region an alert may go to (DOMAIN §5).</summary>
internal static class Recipients
{
    public const string Ars = "ARS";

    private static readonly string[] Departements = ["02", "59", "60", "62", "80"];

    public static ImmutableArray<string> All { get; } =
        [Ars, .. Departements.Select(d => $"DEPARTEMENT_{d}"), .. Departements.Select(d => $"DDETS_{d}")];

    /// <summary>As a letter addresses it.</summary>
    public static string French(string recipient) => recipient.Split('_') switch
    {
        ["DEPARTEMENT", var d] => $"Département ({d})",
        ["DDETS", var d] => $"Direction départementale de l'emploi, du travail et des solidarités ({d})",
        _ => "Agence régionale de santé Hauts-de-France",
    };
}
