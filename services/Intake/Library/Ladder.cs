using System.Globalization;

namespace Intervision.Intake.Library;

/// <summary>What a case says of its patient, as deposited: the quasi-identifiers of DOMAIN §4.</summary>
/// <param name="AgeBand">Of the list age_band.</param>
/// <param name="Area">NPDC, PICARDIE; null when the pôle's is not known.</param>
/// <param name="Product">The first one named; null when none was.</param>
/// <param name="Motive">The principal one.</param>
internal sealed record Traits(string AgeBand, string? Area, string? Product, string? Motive);

/// <summary>What a published case says of its patient. Empty product or motive: not said.</summary>
internal sealed record Shown(string AgeBand, string Area, string Product, string Motive)
{
    public V1.LibraryClass ToProto() => new() { AgeBand = AgeBand, Area = Area, Product = Product, Motive = Motive };
}

/// <summary>How far each of the four is generalised: 0 as deposited, then ever less.</summary>
internal sealed record Step(int AgeBand, int Area, int Product, int Motive);

/// <summary>
/// The ladder of generalisation: age band → wider band → minor or adult; NPDC or Picardie → the region; product → family →
/// not said; motive → group → not said. A code the ladder does not know, of tomorrow's list, is not said.
/// </summary>
internal static class Ladder
{
    public const string Region = "HAUTS_DE_FRANCE";

    private static readonly (string Label, int From, int Until)[] WiderBands = [("0-17", 0, 17), ("18-34", 18, 34), ("35-54", 35, 54), ("55+", 55, int.MaxValue)];

    private static readonly Dictionary<string, string> Families = new(StringComparer.Ordinal)
    {
        ["ALCOOL"] = "ALCOOL_TABAC",
        ["TABAC"] = "ALCOOL_TABAC",
        ["OPIACES"] = "OPIOIDES",
        ["TSO_METHADONE"] = "OPIOIDES",
        ["TSO_BUPRENORPHINE"] = "OPIOIDES",
        ["BENZODIAZEPINES"] = "MEDICAMENTS_PSYCHOTROPES",
        ["PREGABALINE"] = "MEDICAMENTS_PSYCHOTROPES",
        ["COCAINE"] = "STUPEFIANTS",
        ["CANNABIS"] = "STUPEFIANTS",
        ["JEUX"] = "ADDICTION_SANS_PRODUIT",
    };

    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["COMPLEXITE_SUIVI"] = "PARCOURS",
        ["COORDINATION_RELAIS_ORIENTATION"] = "PARCOURS",
        ["DEGRADATION_SITUATION"] = "PARCOURS",
        ["NOMADISME_MEDICAL"] = "PARCOURS",
        ["RUPTURE_SOINS"] = "PARCOURS",
        ["COMORBIDITES_MENTALES"] = "PSYCHOSOCIAL",
        ["PSYCHO_SOCIALE"] = "PSYCHOSOCIAL",
        ["TRAITEMENT_ADAPTATION_SUIVI"] = "TRAITEMENT_USAGES",
        ["POLYCONSOMMATION"] = "TRAITEMENT_USAGES",
        ["SURCONSOMMATION"] = "TRAITEMENT_USAGES",
        ["MESUSAGE_TRAITEMENT"] = "TRAITEMENT_USAGES",
    };

    /// <summary>
    /// Every combination, the most telling first. Of two equally high, the one that keeps the motive, then the product, then
    /// the age: what a reader searches by goes last.
    /// </summary>
    public static IReadOnlyList<Step> Steps { get; } =
    [
        .. from motive in Enumerable.Range(0, 3)
           from product in Enumerable.Range(0, 3)
           from age in Enumerable.Range(0, 3)
           from area in Enumerable.Range(0, 2)
           orderby motive + product + age + area, motive, product, age
           select new Step(age, area, product, motive),
    ];

    /// <summary>What is shown at a step; null when one of the four has nothing to say there.</summary>
    public static Shown? At(Traits traits, Step step) =>
        AgeBand(traits.AgeBand, step.AgeBand) is { } age
        && Area(traits.Area, step.Area) is { } area
        && Code(traits.Product, Families, step.Product) is { } product
        && Code(traits.Motive, Groups, step.Motive) is { } motive
            ? new Shown(age, area, product, motive)
            : null;

    private static string? AgeBand(string band, int level) => (level, Bounds(band)) switch
    {
        (0, not null) => band,
        (1, var (from, until)) => WiderBands.FirstOrDefault(w => w.From <= from && until <= w.Until).Label,
        // A band that straddles 18, or cannot be read, is neither.
        (2, var (from, until)) => until < 18 ? "MINEUR" : from >= 18 ? "ADULTE" : null,
        _ => null,
    };

    /// <summary>35-44, 75+.</summary>
    private static (int From, int Until)? Bounds(string band)
    {
        var open = band.EndsWith('+');
        var parts = open ? [band[..^1]] : band.Split('-');
        if (parts.Length != (open ? 1 : 2) || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from))
        {
            return null;
        }

        return open ? (from, int.MaxValue)
            : int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var until) ? (from, until) : null;
    }

    private static string? Area(string? area, int level) => level == 1 ? Region : area is "NPDC" or "PICARDIE" ? area : null;

    private static string? Code(string? code, Dictionary<string, string> parents, int level) => level switch
    {
        2 => "",
        _ when code is null || !(parents.ContainsKey(code) || level == 0) => null,
        1 => parents[code],
        _ => code,
    };
}
