using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Reports;

/// <summary>The envelope a report is about, as it stands.</summary>
internal sealed record ReportedEnvelope
{
    public string Name { get; init; } = "";

    public string Programme { get; init; } = "";

    public int FiscalYear { get; init; }

    public long AmountCents { get; init; }

    public long ReservedCents { get; init; }

    public long CalculatedCents { get; init; }

    public long ConsumedCents { get; init; }

    public long EngagedCents => checked(ReservedCents + CalculatedCents);

    public long RemainingCents => checked(AmountCents - EngagedCents);

    /// <exception cref="RuleBroken">ENVELOPE_MISSING.</exception>
    public static async Task<ReportedEnvelope> Of(Tx tx, string programme, int fiscalYear) =>
        await tx.SingleOrDefault<ReportedEnvelope>(
            """
            select name, programme, fiscal_year, amount_cents, reserved_cents, calculated_cents, consumed_cents
            from envelope where programme = @programme and fiscal_year = @fiscalYear
            """,
            new { programme, fiscalYear })
        ?? throw RuleBroken.NotNow("ENVELOPE_MISSING", "Ce programme n'a pas d'enveloppe pour cet exercice.", "ENVELOPE", programme);

    /// <exception cref="RuleBroken">PROGRAMME_INVALID, FISCAL_YEAR_INVALID.</exception>
    public static void MustBeSaid(string programme, int fiscalYear)
    {
        var violations = new Violations();
        violations.Check(
            ResourceNames.IsNamed(programme, "programmes"), "programme", "PROGRAMME_INVALID", "Le programme doit être de la forme programmes/{code}.");
        ReportYear.Check(violations, fiscalYear, "fiscal_year", "FISCAL_YEAR_INVALID");
        violations.ThrowIfAny();
    }
}

internal static class ReportYear
{
    public static void Check(Violations violations, int year, string field, string reason) =>
        violations.Check(year is >= 2000 and <= 2200, field, reason, "L'exercice n'est pas une année.");

    /// <exception cref="RuleBroken">The reason, unless a year of this century or the next.</exception>
    public static void MustBeOne(int year, string field, string reason)
    {
        var violations = new Violations();
        Check(violations, year, field, reason);
        violations.ThrowIfAny();
    }
}
