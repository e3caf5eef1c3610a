using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Rates;

/// <summary>The amount rules of DOMAIN §6: integer cents, each component rounded half-up, overflow refused.</summary>
public static class Amounts
{
    private const int MinutesPerQuarter = 15;
    private const int MinutesPerHour = 60;

    /// <summary>Whole minutes of presence inside the session, counted in instants: what is before or after is not paid.</summary>
    public static int PresentMinutes(DateTimeOffset arrival, DateTimeOffset departure, DateTimeOffset start, DateTimeOffset end)
    {
        var from = arrival > start ? arrival : start;
        var until = departure < end ? departure : end;
        return until <= from ? 0 : checked((int)((until - from).Ticks / TimeSpan.TicksPerMinute));
    }

    /// <summary>Whether somebody present so long is paid at all.</summary>
    public static bool ReachesMinimum(Tariff tariff, int presentMinutes)
    {
        ArgumentNullException.ThrowIfNull(tariff);
        return presentMinutes > 0 && presentMinutes >= tariff.MinimumMinutes;
    }

    /// <summary>What the rates of a component give together, each rounded by itself.</summary>
    public static long Due(IReadOnlyList<Tariff> tariffs, int presentMinutes, int kilometres, bool byVideo)
    {
        ArgumentNullException.ThrowIfNull(tariffs);
        return tariffs.Aggregate(0L, (sum, t) => checked(sum + Due(t, presentMinutes, kilometres, byVideo)));
    }

    /// <summary>Cents due by one rate, before the caps of persons and envelopes.</summary>
    public static long Due(Tariff tariff, int presentMinutes, int kilometres, bool byVideo)
    {
        ArgumentNullException.ThrowIfNull(tariff);
        if (!ReachesMinimum(tariff, presentMinutes))
        {
            return 0;
        }

        var paidMinutes = Capped(presentMinutes, tariff.PaidMinutesCap);
        var due = checked(tariff.Unit switch
        {
            RateUnit.Flat => tariff.AmountCents,
            RateUnit.Hour => HalfUp(tariff.AmountCents * paidMinutes, MinutesPerHour),
            RateUnit.StartedQuarterHour => tariff.AmountCents * ((paidMinutes + MinutesPerQuarter - 1) / MinutesPerQuarter),
            RateUnit.Kilometre when byVideo => 0,
            RateUnit.Kilometre => tariff.AmountCents * Math.Max(0, kilometres - tariff.FreeKilometres),
            _ => throw new ArgumentOutOfRangeException(nameof(tariff), tariff.Unit, "Unit without a rule"),
        });
        return Capped(due, tariff.CapCents);
    }

    /// <summary>Commercial rounding of a fraction of non-negative numbers: 6712.5 → 6713 (never banker's).</summary>
    public static long HalfUp(long numerator, long denominator) => checked((2 * numerator + denominator) / (2 * denominator));

    private static long Capped(long value, long cap) => cap == 0 ? value : Math.Min(value, cap);
}
