using Intervision.Intake.Consents;
using Intervision.Intake.IdentifyingText;
using Intervision.Intake.ReferenceLists;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Cases;

/// <summary>The intake contract (DOMAIN §5), checked in the field order of the proto.</summary>
internal static class SubmitValidation
{
    private const string CptsChannel = "CPTS";

    /// <returns>Suspicions in the question that do not refuse it, and what is not kept.</returns>
    /// <exception cref="RuleBroken">INVALID_ARGUMENT with every violation.</exception>
    public static IReadOnlyList<TextWarning> Check(SubmitCaseRequest request, SubmitFacts facts, DepositedConsent? answer = null)
    {
        var violations = new Violations();
        Origin(violations, request, facts);
        Place(violations, request, facts);
        Coded(violations, request, facts.Codes);
        var warnings = Texts.Question(violations, "question", request.Question, facts.Seats);
        Consent(violations, request, answer);
        People(violations, request, facts);
        violations.ThrowIfAny();
        return [.. warnings, .. Availabilities.Dropped(request.Availabilities, facts.Today)];
    }

    private static void Origin(Violations v, SubmitCaseRequest request, SubmitFacts facts)
    {
        var cpts = request.Channel == CptsChannel;
        v.Check(facts.Codes.Has(ReferenceCodes.Channel, request.Channel), "channel", "UNKNOWN_CHANNEL", "Ce canal n'existe pas.");
        v.Check(!string.IsNullOrWhiteSpace(request.ExternalId), "external_id", "MISSING_EXTERNAL_ID", "Le numéro donné par le déposant est obligatoire.");
        v.Check(request.ExternalId.Length <= 64, "external_id", "EXTERNAL_ID_TOO_LONG", "Le numéro du déposant compte 64 caractères au plus.");
        v.Check(
            string.IsNullOrWhiteSpace(request.ExternalId) || Labels.IsPlain(request.ExternalId),
            "external_id", "EXTERNAL_ID_INVALID", "Le numéro du déposant est fait de lettres sans accent, de chiffres et de . _ : / -");
        v.Check(
            request.ExternalId.Length > 64 || !Labels.Identifies(request.ExternalId),
            "external_id", "EXTERNAL_ID_IDENTIFYING",
            "Le numéro du déposant ne contient ni numéro de sécurité sociale, de téléphone ou de compte, ni date de naissance : il ne désigne personne.");
        v.Check(!cpts || request.SubmittingOrganisation.Length > 0, "submitting_organisation", "MISSING_ORGANISATION", "La CPTS qui dépose est obligatoire.");
        v.Check(
            request.SubmittingOrganisation.Length == 0 || facts.OrganisationIsCpts,
            "submitting_organisation", "UNKNOWN_ORGANISATION", "Cette CPTS n'est pas dans l'annuaire.");
        v.Check(
            cpts || request.SubmittingOrganisation.Length == 0,
            "submitting_organisation", "UNEXPECTED_ORGANISATION", "Seul le canal CPTS nomme un organisme déposant.");
        v.Check(facts.KnownPeople.Contains(request.Requester), "requester", "UNKNOWN_PERSON", "Ce professionnel n'est pas dans l'annuaire.");
        v.Check(facts.ProgrammeKnown, "programme", "UNKNOWN_PROGRAMME", "Ce programme n'existe pas.");
    }

    private static void Place(Violations v, SubmitCaseRequest request, SubmitFacts facts)
    {
        if (request.Pole.Length > 0 && v.Check(facts.PoleProgramme is not null, "pole", "UNKNOWN_POLE", "Ce pôle n'existe pas."))
        {
            v.Check(
                facts.PoleProgramme == SubmitFacts.ProgrammeOf(request),
                "pole", "POLE_OF_OTHER_PROGRAMME", "Ce pôle relève d'un autre programme.");
            v.Check(facts.PoleActive, "pole", "POLE_NOT_ACTIVE", "Ce pôle n'est pas en activité.");
        }

        v.Check(request.Pole.Length > 0 || request.Commune.Length > 0, "pole", "MISSING_PLACE", "Indiquez le pôle ou la commune de prise en charge.");
        v.Check(
            request.Commune.Length == 0 || facts.CommuneKnown,
            "commune", "UNKNOWN_COMMUNE", "Ce code INSEE n'est pas celui d'une commune de la région (ce n'est pas le code postal).");
    }

    private static void Coded(Violations v, SubmitCaseRequest request, ReferenceCodes codes)
    {
        v.Check(codes.Has(ReferenceCodes.Motive, request.PrincipalMotive), "principal_motive", "UNKNOWN_MOTIVE", "Ce motif n'est pas dans la liste.");
        v.Check(request.OtherMotives.Count <= 4, "other_motives", "TOO_MANY_MOTIVES", "Cinq motifs au plus, le principal compris.");
        AllKnown(v, codes, request.OtherMotives, "other_motives", ReferenceCodes.Motive, "UNKNOWN_MOTIVE", "Ce motif n'est pas dans la liste.");
        v.Check(codes.Has(ReferenceCodes.AgeBand, request.AgeBand), "age_band", "UNKNOWN_AGE_BAND", "Cette tranche d'âge n'est pas dans la liste.");
        v.Check(request.Sex is "" or "M" or "F", "sex", "UNKNOWN_SEX", "M, F ou rien.");
        AllKnown(v, codes, request.Contexts, "contexts", ReferenceCodes.Context, "UNKNOWN_CONTEXT", "Cet élément de contexte n'est pas dans la liste.");
        AllKnown(v, codes, request.Products, "products", ReferenceCodes.Product, "UNKNOWN_PRODUCT", "Ce produit n'est pas dans la liste.");
    }

    private static void AllKnown(Violations v, ReferenceCodes codes, IList<string> said, string field, string list, string reason, string french)
    {
        for (var i = 0; i < said.Count; i++)
        {
            v.Check(codes.Has(list, said[i]), $"{field}[{i}]", reason, french);
        }
    }

    private static void Consent(Violations v, SubmitCaseRequest request, DepositedConsent? answer)
    {
        var declarable = v.Check(
            request.ConsentStatus is ConsentStatus.Unspecified or ConsentStatus.NotCollected or ConsentStatus.Informed
                or ConsentStatus.Granted or ConsentStatus.Refused or ConsentStatus.Deferred,
            "consent_status", "CONSENT_STATUS_INVALID", "Cet état de l'accord ne peut pas être déclaré au dépôt.");
        if (answer is not null)
        {
            if (declarable)
            {
                answer.Check(v, request);
            }

            return;
        }

        var granted = request.ConsentStatus == ConsentStatus.Granted;
        v.Check(
            Enum.IsDefined(request.ConsentForm) && (!granted || request.ConsentForm != ConsentForm.Unspecified),
            "consent_form", "CONSENT_DETAILS_MISSING", "La forme de l'accord est obligatoire.");
        v.Check(
            Enum.IsDefined(request.ConsentGiver) && (!granted || request.ConsentGiver != ConsentGiver.Unspecified),
            "consent_giver", "CONSENT_DETAILS_MISSING", "Qui a donné l'accord est obligatoire.");
        v.Check(
            !granted || request.ConsentGiver == ConsentGiver.Unspecified || ConsentGivers.FitsDeposit(request.AgeBand, request.ConsentGiver),
            "consent_giver", "GIVER_DOES_NOT_FIT",
            "Au dépôt, un adulte donne lui-même son accord, un mineur avec ses représentants légaux ; tutelle et mineur seul : dites-en les détails.");
    }

    private static void People(Violations v, SubmitCaseRequest request, SubmitFacts facts)
    {
        var named = request.AttendingPhysician.Length > 0;
        var absenceSaid = request.AttendingPhysicianAbsence != AttendingPhysicianAbsence.Unspecified;
        v.Check(
            !facts.AttendingPhysicianRequired || named || absenceSaid,
            "attending_physician", "ATTENDING_PHYSICIAN_MISSING", "Nommez le médecin traitant, ou dites pourquoi il n'y en a pas.");
        v.Check(
            !named || facts.KnownPeople.Contains(request.AttendingPhysician),
            "attending_physician", "UNKNOWN_PERSON", "Ce médecin n'est pas dans l'annuaire.");
        v.Check(
            Enum.IsDefined(request.AttendingPhysicianAbsence) && !(named && absenceSaid),
            "attending_physician_absence", "ATTENDING_PHYSICIAN_ABSENCE_INVALID", "Un motif d'absence ne va pas avec un médecin nommé.");
        v.Check(request.Actors.Count <= 20, "actors", "TOO_MANY_ACTORS", "Vingt intervenants au plus.");
        for (var i = 0; i < request.Actors.Count; i++)
        {
            v.Check(facts.KnownPeople.Contains(request.Actors[i]), $"actors[{i}]", "UNKNOWN_PERSON", "Cet intervenant n'est pas dans l'annuaire.");
        }

        v.Check(request.Availabilities.Count <= 30, "availabilities", "TOO_MANY_AVAILABILITIES", "Trente disponibilités au plus.");
        v.Check(
            request.Availabilities.All(Availabilities.IsValid),
            "availabilities", "AVAILABILITY_INVALID", "Une disponibilité est un jour et une demi-journée.");
        v.Check(
            request.Availabilities.Count == 0 || !request.Availabilities.All(a => Availabilities.IsPast(a, facts.Today)),
            "availabilities", "AVAILABILITIES_PAST", "Toutes les disponibilités sont d'une date passée : donnez-en à venir, ou aucune.");
    }
}
