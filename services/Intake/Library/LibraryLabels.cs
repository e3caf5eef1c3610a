using Intervision.Intake.V1;

namespace Intervision.Intake.Library;

/// <summary>What codes are called on the page. A code of tomorrow's list is shown as it is.</summary>
internal static class LibraryLabels
{
    private static readonly Dictionary<string, string> French = new(StringComparer.Ordinal)
    {
        // Motives (DOMAIN §8) and their groups.
        ["DEGRADATION_SITUATION"] = "Dégradation de la situation",
        ["TRAITEMENT_ADAPTATION_SUIVI"] = "Adaptation ou suivi du traitement",
        ["PSYCHO_SOCIALE"] = "Problématique psycho-sociale",
        ["COMORBIDITES_MENTALES"] = "Comorbidités mentales",
        ["POLYCONSOMMATION"] = "Polyconsommation",
        ["SURCONSOMMATION"] = "Surconsommation",
        ["MESUSAGE_TRAITEMENT"] = "Mésusage de traitement",
        ["NOMADISME_MEDICAL"] = "Nomadisme médical",
        ["RUPTURE_SOINS"] = "Rupture de soins",
        ["COORDINATION_RELAIS_ORIENTATION"] = "Coordination, relais, orientation",
        ["ISOLEMENT_SOIGNANTS"] = "Isolement et épuisement des soignants",
        ["COMPLEXITE_SUIVI"] = "Complexité du suivi",
        ["AUTRE"] = "Autre motif",
        ["PARCOURS"] = "Parcours de soins",
        ["PSYCHOSOCIAL"] = "Santé mentale et vie sociale",
        ["TRAITEMENT_USAGES"] = "Traitements et usages",

        // Products and their families.
        ["ALCOOL"] = "Alcool",
        ["TABAC"] = "Tabac",
        ["OPIACES"] = "Opiacés",
        ["TSO_METHADONE"] = "Méthadone (substitution)",
        ["TSO_BUPRENORPHINE"] = "Buprénorphine (substitution)",
        ["COCAINE"] = "Cocaïne",
        ["CANNABIS"] = "Cannabis",
        ["BENZODIAZEPINES"] = "Benzodiazépines",
        ["PREGABALINE"] = "Prégabaline",
        ["JEUX"] = "Jeux",
        ["ALCOOL_TABAC"] = "Alcool ou tabac",
        ["OPIOIDES"] = "Opioïdes",
        ["MEDICAMENTS_PSYCHOTROPES"] = "Médicaments psychotropes",
        ["STUPEFIANTS"] = "Cocaïne ou cannabis",
        ["ADDICTION_SANS_PRODUIT"] = "Addiction sans produit",

        // Areas.
        ["NPDC"] = "Nord – Pas-de-Calais",
        ["PICARDIE"] = "Picardie",
        ["HAUTS_DE_FRANCE"] = "Hauts-de-France",

        // Orientations (DOMAIN §8).
        ["MAINTIEN_SUIVI_AMBULATOIRE"] = "Maintien du suivi ambulatoire",
        ["ADAPTATION_TRAITEMENT"] = "Adaptation du traitement",
        ["CONTRAT_DELIVRANCE_OFFICINE"] = "Contrat de délivrance avec l'officine",
        ["ORIENTATION_CSAPA"] = "Orientation vers un CSAPA",
        ["ORIENTATION_CAARUD"] = "Orientation vers un CAARUD",
        ["CONSULTATION_ADDICTO_HOSPITALIERE"] = "Consultation hospitalière d'addictologie",
        ["SEVRAGE_HOSPITALIER"] = "Sevrage hospitalier",
        ["POSTCURE_SSR"] = "Postcure ou soins de suite",
        ["ORIENTATION_PSYCHIATRIE_CMP"] = "Orientation vers la psychiatrie",
        ["BILAN_SOMATIQUE"] = "Bilan somatique",
        ["ACCOMPAGNEMENT_SOCIAL"] = "Accompagnement social",
        ["HEBERGEMENT_LOGEMENT"] = "Hébergement ou logement",
        ["OUVERTURE_DROITS"] = "Ouverture de droits",
        ["PROTECTION_JURIDIQUE"] = "Protection juridique",
        ["PROTECTION_ENFANCE"] = "Protection de l'enfance",
        ["DESIGNATION_REFERENT_UNIQUE"] = "Désignation d'un référent unique",
        ["APPUI_DAC"] = "Appui du DAC",
        ["NOUVELLE_INTERVISION"] = "Nouvelle intervision",
        ["SOUTIEN_PROFESSIONNELS"] = "Soutien aux professionnels",
        ["AUCUNE"] = "Aucune orientation",
    };

    public static string Of(string code) => French.GetValueOrDefault(code, code);

    /// <summary>0-14 → « 0 à 14 ans », 75+ → « 75 ans et plus ».</summary>
    public static string AgeBand(string band) => band switch
    {
        "MINEUR" => "Mineur",
        "ADULTE" => "Adulte",
        _ when band.EndsWith('+') => $"{band[..^1]} ans et plus",
        _ => $"{band.Replace("-", " à ", StringComparison.Ordinal)} ans",
    };

    /// <summary>2026-Q4 → « 4e trimestre 2026 ».</summary>
    public static string Quarter(string quarter) =>
        Quarters.Parse(quarter) is { } day ? $"{(day.Month == 1 ? "1er" : $"{((day.Month - 1) / 3) + 1}e")} trimestre {day.Year}" : quarter;

    /// <summary>What of the patient is said, in one line.</summary>
    public static string Class(LibraryClass of) =>
        string.Join(" · ", new[] { AgeBand(of.AgeBand), Of(of.Area), Of(of.Product), Of(of.Motive) }.Where(l => l.Length > 0));
}
