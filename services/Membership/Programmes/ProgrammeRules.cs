using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Membership.Programmes;

/// <summary>What a rule set must be (DOMAIN §5); the database checks the same bounds.</summary>
internal static class ProgrammeRules
{
    /// <summary>In the order of the fields.</summary>
    public static void Check(Programme programme, Violations violations)
    {
        violations.Check(
            Names.IdOf(Names.Programmes, programme.Name) is { } code && Texts.IsProgrammeCode(code), "programme.name", "NAME_INVALID",
            "Le nom doit avoir la forme « programmes/ADDICTIONS » : majuscules, chiffres et soulignés, 40 caractères au plus.");
        violations.Check(Texts.IsLabel(programme.DisplayName, 200), "programme.display_name", "DISPLAY_NAME_INVALID", "Le libellé est vide ou trop long.");
        violations.Check(
            programme.MaximumCasesPerSession is >= 1 and <= 50, "programme.maximum_cases_per_session", "MAXIMUM_CASES_INVALID",
            "Le nombre maximal de situations par séance est compris entre 1 et 50.");
        violations.Check(
            programme.MinutesPerCase is >= 5 and <= 480, "programme.minutes_per_case", "MINUTES_PER_CASE_INVALID",
            "La durée d'une situation est comprise entre 5 et 480 minutes.");
        violations.Check(
            programme.SessionMinutes is >= 15 and <= 480, "programme.session_minutes", "SESSION_MINUTES_INVALID",
            "La durée d'une séance est comprise entre 15 et 480 minutes.");
        violations.Check(
            programme.MinutesPerCase + programme.NewPartnerMinutes <= programme.SessionMinutes, "programme.session_minutes", "SESSION_TOO_SHORT",
            "Une séance doit pouvoir contenir une situation et la présentation des nouveaux partenaires.");
        violations.Check(
            programme.ClosedMonths.All(m => m is >= 1 and <= 12) && programme.ClosedMonths.Distinct().Count() == programme.ClosedMonths.Count,
            "programme.closed_months", "CLOSED_MONTHS_INVALID", "Les mois de fermeture sont des numéros de mois, de 1 à 12, chacun une fois.");
        violations.Check(
            programme.NewPartnerMinutes is >= 0 and <= 120, "programme.new_partner_minutes", "NEW_PARTNER_MINUTES_INVALID",
            "La présentation des nouveaux partenaires dure entre 0 et 120 minutes.");
        violations.Check(
            programme.Rhythms.Count > 0 && programme.Rhythms.All(r => r != Rhythm.Unspecified && Enum.IsDefined(r))
                && programme.Rhythms.Distinct().Count() == programme.Rhythms.Count,
            "programme.rhythms", "RHYTHMS_INVALID", "Il faut au moins un rythme de la liste, chacun une fois.");
    }
}
