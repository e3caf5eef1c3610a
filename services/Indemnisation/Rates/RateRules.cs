using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Rates;

/// <summary>What a grid must be, whether it comes by request or in a file.</summary>
internal static class RateRules
{
    public const int MaximumRates = 500;
    private const long MaximumCents = 100_000_000;

    /// <param name="field">Of the grid, with its dot: <c>rate_grid.</c>; empty for a line of a file.</param>
    public static void CheckHead(RateGrid grid, string field, Violations violations)
    {
        violations.Check(ResourceNames.IsNamed(grid.Name, "rateGrids"), $"{field}name", "NAME_INVALID", "Le nom doit être de la forme rateGrids/{code}.");
        violations.Check(ResourceNames.IsNamed(grid.Programme, "programmes"), $"{field}programme", "PROGRAMME_INVALID", "Le programme doit être de la forme programmes/{code}.");
        var from = grid.ValidFromDate.ToDate();
        var until = grid.ValidUntilDate.ToDate();
        violations.Check(from is not null, $"{field}valid_from_date", "DATE_INVALID", "La date de début n'est pas une date.");
        violations.Check(until is not null && !(until <= from), $"{field}valid_until_date", "PERIOD_INVALID", "La date de fin (exclue) doit suivre la date de début.");
    }

    public static void Check(Rate rate, string field, Violations violations)
    {
        violations.Check(
            rate.ProfessionTable.Length <= 32 && rate.ProfessionCode.Length <= 32 && (rate.ProfessionTable.Length == 0) == (rate.ProfessionCode.Length == 0),
            $"{field}profession_code", "PROFESSION_INVALID", "La profession est une table et un code, ou ni l'un ni l'autre.");
        violations.Check(Enum.IsDefined(rate.Role), $"{field}role", "ROLE_INVALID", "Rôle inconnu.");
        violations.Check(rate.Component is > Component.Unspecified and <= Component.Travel, $"{field}component", "COMPONENT_INVALID", "Composant inconnu.");
        violations.Check(
            rate.Unit is > RateUnit.Unspecified and <= RateUnit.Kilometre && (rate.Unit == RateUnit.Kilometre) == (rate.Component == Component.Travel),
            $"{field}unit", "UNIT_INVALID", "Le kilomètre est l'unité du déplacement, et de lui seul.");
        violations.Check(
            rate.AmountCents is > 0 and <= MaximumCents, $"{field}amount_cents", "AMOUNT_INVALID", "Le montant doit être positif et d'au plus un million d'euros.");
        CheckLimits(rate, field, violations);
    }

    private static void CheckLimits(Rate rate, string field, Violations violations)
    {
        const int MinutesPerDay = 1440;
        const string French = "Un minimum ou un plafond est hors limites.";
        violations.Check(rate.MinimumMinutes is >= 0 and <= MinutesPerDay, $"{field}minimum_minutes", "LIMIT_INVALID", French);
        violations.Check(rate.PaidMinutesCap is >= 0 and <= MinutesPerDay, $"{field}paid_minutes_cap", "LIMIT_INVALID", French);
        violations.Check(rate.FreeKilometres is >= 0 and <= 10_000, $"{field}free_kilometres", "LIMIT_INVALID", French);
        violations.Check(rate.CapCents is >= 0 and <= MaximumCents, $"{field}cap_cents", "LIMIT_INVALID", French);
    }
}
