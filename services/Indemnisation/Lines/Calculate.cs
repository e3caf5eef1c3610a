using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Lines;

/// <summary>What is known for one line at the moment of calculation; null means not known yet, never "no".</summary>
/// <param name="AtAnotherTable">Another session gives the person something for the same time.</param>
public sealed record Known(
    Identity? Identity, bool GridCoversDay, IReadOnlyList<Tariff> Tariffs, string? Payee, string? Envelope, long EnvelopeCents, bool AtAnotherTable = false);

/// <summary>Who somebody is, by Membership; the RPPS is empty for those without one.</summary>
public sealed record Identity(string Rpps, Evidence.Types.Source Source, DateOnly? VerifiedDate);

/// <summary>Liquidation: RECORDED → CALCULATED when all is known, CANCELLED when nothing is due, else it waits and says why.</summary>
public static class Calculate
{
    public static Change Decide(Line recorded, Known known, Caps caps, Used used, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(caps);
        var line = Identified(recorded, known.Identity, recorded.Later(now));
        if (recorded.Reason == Reasons.FiscalYearClosed)
        {
            // Came after the close: kept, even where it gives nothing (it may take back what was paid), and weighs on no envelope.
            return new Change(recorded, line with { Payee = known.Payee, Envelope = null }, []);
        }

        if (NothingDue(line, known) is { } reason)
        {
            var cancelled = line.Cancelled(reason);
            return new Change(recorded, cancelled, [() => new IndemnityCancelled { Indemnity = cancelled.Facts() }]);
        }

        line = Priced(line, known.Tariffs) with { Payee = known.Payee, Envelope = known.Envelope };
        if (Missing(line, known) is { } missing)
        {
            return new Change(recorded, line with { Reason = missing }, []);
        }

        var (amount, reductions) = caps.Apply(line.DueCents, line.FiscalYear, used, known.EnvelopeCents);
        line = line with { State = LineState.Calculated, AmountCents = amount, Reason = reductions.Count == 0 ? "" : reductions[^1].Cap };
        return new Change(recorded, line, [() => new IndemnityCalculated { Indemnity = line.Facts() }]) { Reductions = reductions };
    }

    /// <summary>The amount by the rate, before caps: what a committed or waiting line reserves.</summary>
    public static Line Priced(Line line, IReadOnlyList<Tariff> tariffs)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(tariffs);
        var due = Amounts.Due(tariffs, line.PresentMinutes, line.Kilometres, line.ByVideo);
        return line with { DueCents = due, AmountCents = due, RateGrid = tariffs.Count == 0 ? null : tariffs[0].RateGrid };
    }

    private static Line Identified(Line line, Identity? identity, DateTimeOffset now) => identity is null ? line with { ChangeTime = now } : line with
    {
        Rpps = identity.Rpps, IdentitySource = identity.Source, IdentityVerifiedDate = identity.VerifiedDate, ChangeTime = now,
    };

    private static string? NothingDue(Line line, Known known)
    {
        if (known.Tariffs.Count == 0)
        {
            // A grid that leaves out the supplement or the travel does not pay it; one that leaves out a profession was forgotten.
            return known.GridCoversDay && line.Component != Component.Participant ? Reasons.NothingDue : null;
        }

        if (!known.Tariffs.Any(t => Amounts.ReachesMinimum(t, line.PresentMinutes)))
        {
            return Reasons.BelowMinimum;
        }

        return Amounts.Due(known.Tariffs, line.PresentMinutes, line.Kilometres, line.ByVideo) == 0 ? Reasons.NothingDue : null;
    }

    private static string? Missing(Line line, Known known) => known switch
    {
        _ when line is { Declaration: Declaration.None, Convention: "" } => Reasons.DeclarationMissing,
        { Identity: null } => Reasons.ProfessionalMissing,
        { Identity.Rpps: "" } when line is { Replaces: not "", ReplacementLicence: "" } => Reasons.LicenceMissing,
        { Tariffs: [] } => Reasons.RateMissing,
        { Payee: null } => line.Replaces.Length > 0 ? Reasons.ReplacementPayee : Reasons.PayeeMissing,
        { Envelope: null } => Reasons.EnvelopeMissing,
        { AtAnotherTable: true } => Reasons.PresenceOverlap,
        _ => null,
    };
}
