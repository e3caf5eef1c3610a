using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Lines;

/// <summary>What is known for one line at the moment of calculation; null means not known yet, never "no".</summary>
public sealed record Known(string? Rpps, bool GridCoversDay, Tariff? Tariff, string? Payee, string? Envelope, long EnvelopeCents);

/// <summary>Liquidation: RECORDED → CALCULATED when all is known, CANCELLED when nothing is due, else it waits and says why.</summary>
public static class Calculate
{
    public static Change Decide(Line recorded, Known known, Caps caps, Used used, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(caps);
        var line = recorded with { Rpps = known.Rpps ?? recorded.Rpps, ChangeTime = Later(recorded.ChangeTime, now) };
        if (NothingDue(line, known) is { } reason)
        {
            var cancelled = line.Cancelled(reason);
            return new Change(recorded, cancelled, [new IndemnityCancelled { Indemnity = cancelled.Facts() }]);
        }

        line = Priced(line, known.Tariff) with { Payee = known.Payee, Envelope = known.Envelope };
        if (Missing(known) is { } missing)
        {
            return new Change(recorded, line with { Reason = missing }, []);
        }

        var (amount, reductions) = caps.Apply(line.DueCents, line.FiscalYear, used, known.EnvelopeCents);
        line = line with { State = LineState.Calculated, AmountCents = amount, Reason = reductions.Count == 0 ? "" : reductions[^1].Cap };
        return new Change(recorded, line, [new IndemnityCalculated { Indemnity = line.Facts() }]) { Reductions = reductions };
    }

    /// <summary>The amount by the rate, before caps: what a committed or waiting line reserves.</summary>
    public static Line Priced(Line line, Tariff? tariff)
    {
        ArgumentNullException.ThrowIfNull(line);
        var due = tariff is null ? 0 : Amounts.Due(tariff, line.PresentMinutes, line.Kilometres, line.ByVideo);
        return line with { DueCents = due, AmountCents = due, RateGrid = tariff?.RateGrid };
    }

    private static string? NothingDue(Line line, Known known)
    {
        if (known.Tariff is null)
        {
            // A grid that leaves out the supplement or the travel does not pay it; one that leaves out a profession was forgotten.
            return known.GridCoversDay && line.Component != Component.Participant ? Reasons.NothingDue : null;
        }

        if (!Amounts.ReachesMinimum(known.Tariff, line.PresentMinutes))
        {
            return Reasons.BelowMinimum;
        }

        return Amounts.Due(known.Tariff, line.PresentMinutes, line.Kilometres, line.ByVideo) == 0 ? Reasons.NothingDue : null;
    }

    private static string? Missing(Known known) => known switch
    {
        { Rpps: null } => Reasons.ProfessionalMissing,
        { Tariff: null } => Reasons.RateMissing,
        { Payee: null } => Reasons.PayeeMissing,
        { Envelope: null } => Reasons.EnvelopeMissing,
        _ => null,
    };

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
