using System.Globalization;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>
/// Who may agree for whom (DOMAIN §4): an adult, or one under curatelle, alone; a minor by the holders of parental
/// authority and with the minor's own agreement, or alone with an accompanying adult (CSP L1111-5); under tutelle the
/// guardian, the adult's own opinion recorded. A trusted person is none of them: who accompanies never consents.
/// </summary>
internal static class ConsentGivers
{
    private static readonly string[] AccompanyingAdults = ["FAMILLE", "PROFESSIONNEL", "AUTRE"];

    /// <summary>As said; a minor where the age band says so and nothing else was said.</summary>
    public static PatientSituation SituationOf(Case of, PatientSituation said) =>
        said == PatientSituation.Unspecified && IsMinor(of.AgeBand) ? PatientSituation.Minor : said;

    /// <summary>The band ends below 18: 0-14, 15-17.</summary>
    public static bool IsMinor(string ageBand) =>
        ageBand.Split('-') is [_, var last] && int.TryParse(last, CultureInfo.InvariantCulture, out var age) && age < 18;

    /// <summary>Checks who gave an agreement.</summary>
    public static void Check(Violations v, RecordConsentRequest request, Case of)
    {
        var situation = SituationOf(of, request.PatientSituation);
        v.Check(
            request.PatientSituation == PatientSituation.Unspecified
                || (Enum.IsDefined(request.PatientSituation) && (request.PatientSituation == PatientSituation.Minor) == IsMinor(of.AgeBand)),
            "patient_situation", "SITUATION_DOES_NOT_FIT_AGE", "La situation du patient ne correspond pas à sa tranche d'âge.");
        var unexplained = situation == PatientSituation.Unspecified && request.Giver is ConsentGiver.LegalRepresentative or ConsentGiver.Both;
        v.Check(
            !unexplained,
            "patient_situation", "SITUATION_MISSING", "Un adulte répond lui-même : dites la situation du patient (tutelle) pour laquelle un autre répond.");
        v.Check(
            unexplained || Fits(situation, request.Giver),
            "giver", "GIVER_DOES_NOT_FIT", "Cette personne ne peut pas donner l'accord pour ce patient.");
        var answeredFor = request.Giver == ConsentGiver.LegalRepresentative
            && situation is PatientSituation.Minor or PatientSituation.Guardianship;
        v.Check(
            Enum.IsDefined(request.OwnOpinion) && (!answeredFor || request.OwnOpinion != OwnOpinion.Unspecified),
            "own_opinion", "OWN_OPINION_MISSING", "L'avis du patient lui-même est recueilli, adapté à sa maturité.");
        v.Check(
            situation != PatientSituation.Minor || request.OwnOpinion != OwnOpinion.Opposed,
            "own_opinion", "MINOR_OPPOSED", "Le mineur s'oppose : son accord est nécessaire.");
        v.Check(
            request.Giver == ConsentGiver.MinorAlone
                ? AccompanyingAdults.Contains(request.AccompanyingAdult)
                : request.AccompanyingAdult.Length == 0,
            "accompanying_adult", "ACCOMPANYING_ADULT_INVALID", "Un mineur seul est accompagné d'un adulte : FAMILLE, PROFESSIONNEL ou AUTRE.");
    }

    /// <summary>A minor alone, or an adult under guardianship who is opposed: recorded, and wants a second look.</summary>
    public static bool IsFlagged(RecordConsentRequest request) =>
        request.Giver == ConsentGiver.MinorAlone
        || (request.PatientSituation == PatientSituation.Guardianship && request.OwnOpinion == OwnOpinion.Opposed);

    internal static bool Fits(PatientSituation situation, ConsentGiver giver) => situation switch
    {
        PatientSituation.Adult or PatientSituation.Curatorship => giver == ConsentGiver.Patient,
        PatientSituation.Minor => giver is ConsentGiver.LegalRepresentative or ConsentGiver.Both or ConsentGiver.MinorAlone,
        PatientSituation.Guardianship => giver is ConsentGiver.LegalRepresentative or ConsentGiver.Both,
        _ => giver == ConsentGiver.Patient,
    };

    /// <summary>
    /// What a deposit can declare without details. A guardian and a minor alone need them: situation, own opinion, who
    /// accompanies, who records.
    /// </summary>
    public static bool FitsDeposit(string ageBand, ConsentGiver giver) => giver != ConsentGiver.MinorAlone
        && Fits(IsMinor(ageBand) ? PatientSituation.Minor : PatientSituation.Adult, giver);
}
