using System.Collections.Frozen;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Scheduling.Agendas;

/// <summary>
/// Why a case comes on a frozen agenda, leaves one, or is postponed: codes, because a sentence would be clinical text
/// outside Intake (DESIGN §2.2). The list stands in agenda.proto.
/// </summary>
internal static class AgendaReasons
{
    private static readonly FrozenSet<string> All = FrozenSet.Create(
        StringComparer.Ordinal,
        "PEOPLE_UNAVAILABLE", "INFORMATION_MISSING", "REQUESTER_ASKED", "PLACED_BY_MISTAKE", "MORE_URGENT_CASE", "SITUATION_WORSENED",
        "PATIENT_AT_RISK", "PLACE_FREED");

    /// <summary>Functions that may be needed at the table: requester types and actors of DOMAIN §3.</summary>
    private static readonly FrozenSet<string> Functions = FrozenSet.Create(
        StringComparer.Ordinal,
        "MEDECIN_GENERALISTE", "MEDECIN_TRAITANT", "PHARMACIEN", "TRAVAILLEUR_SOCIAL", "CSAPA", "CAARUD", "CMP", "SAGE_FEMME", "HOPITAL", "PSYCHIATRE",
        "PSYCHOLOGUE", "IDE", "CPTS", "DAC", "HEBERGEMENT", "EXPERT", "AUTRE");

    public static bool IsFunction(string code) => Functions.Contains(code);

    /// <summary>Notes REASON_MISSING and UNKNOWN_REASON.</summary>
    public static void Check(Violations broken, string reason, bool mandatory, string field = "reason")
    {
        broken.Check(reason.Length > 0 || !mandatory, field, "REASON_MISSING", "Le motif est obligatoire.");
        broken.Check(reason.Length == 0 || All.Contains(reason), field, "UNKNOWN_REASON", "Ce motif n'est pas dans la liste.");
    }

    public static void CheckCase(Violations broken, string name) =>
        broken.Check(name.StartsWith("cases/", StringComparison.Ordinal), "case", "CASE_NAME_INVALID", "Le nom de la situation est attendu : cases/….");
}
