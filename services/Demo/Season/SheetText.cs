using Intervision.Demo.Region;
using Intervision.Demo.Suite;
using Intervision.Intake.V1;

namespace Intervision.Demo.Season;

/// <summary>What a requester writes for the table: plausible, and about nobody.</summary>
internal static class SheetText
{
    private static readonly string[] Openings =
    [
        "Suivi depuis plusieurs mois par plusieurs intervenants, avec des ruptures répétées.",
        "Situation devenue instable ces dernières semaines malgré un suivi régulier.",
        "Plusieurs prescripteurs et une seule officine ; l'alliance reste bonne.",
        "Accompagnement social en cours, soins somatiques irréguliers.",
    ];

    private static readonly string[] Expectations =
    [
        "On attend de la table un partage des rôles et un calendrier.",
        "On attend de la table un avis sur la conduite du traitement et un relais possible.",
        "On attend de la table une orientation et un référent unique.",
    ];

    public static Sheet Of(RequestRow row) => new()
    {
        Question = row.Request.Question,
        Treatments = { row.Request.Products.Where(p => p.StartsWith("TSO_", StringComparison.Ordinal)) },
        Situation = $"{Openings[RequestId.Die(Openings.Length, row.Raw, "opening")]} {Expectations[RequestId.Die(Expectations.Length, row.Raw, "expectation")]}",
    };
}
