using System.Globalization;

namespace Intervision.Indemnisation.Lines;

/// <summary>What a person may be given at most, in cents; configuration <c>Indemnisation:Caps</c>, 0 for none.</summary>
public sealed record Caps
{
    public long SessionCents { get; init; }

    public long DayCents { get; init; }

    /// <summary>By calendar year of the session; a year that is not said has the cap of the last one before it.</summary>
    public IReadOnlyDictionary<int, long> YearCents { get; init; } = new Dictionary<int, long>();

    public static Caps From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection("Indemnisation:Caps");
        return new Caps
        {
            SessionCents = section.GetValue<long>("SessionCents"),
            DayCents = section.GetValue<long>("DayCents"),
            YearCents = section.GetSection("YearCents").GetChildren().ToDictionary(
                year => int.Parse(year.Key, CultureInfo.InvariantCulture), year => long.Parse(year.Value ?? "0", CultureInfo.InvariantCulture)),
        };
    }

    public long OfYear(int year)
    {
        var (last, cents) = (0, 0L);
        foreach (var (known, cap) in YearCents)
        {
            (last, cents) = known <= year && known > last ? (known, cap) : (last, cents);
        }

        return cents;
    }

    /// <summary>Applies session, day, year, then envelope, each on what the one before left (DESIGN §7.17).</summary>
    /// <param name="used">What the person has in the session, the day, the year; what the envelope already gave.</param>
    /// <returns>The amount and each reduction; the last one is what binds.</returns>
    public (long AmountCents, IReadOnlyList<Reduction> Reductions) Apply(long dueCents, int year, Used used, long envelopeCents)
    {
        ArgumentNullException.ThrowIfNull(used);
        var reductions = new List<Reduction>();
        var amount = dueCents;
        Limit(Reasons.CapSession, SessionCents, used.SessionCents);
        Limit(Reasons.CapDay, DayCents, used.DayCents);
        Limit(Reasons.CapYear, OfYear(year), used.YearCents);
        Reduce(Reasons.CapEnvelope, checked(envelopeCents - used.EnvelopeCents));
        return (amount, reductions);

        void Limit(string cap, long limit, long already)
        {
            if (limit > 0)
            {
                Reduce(cap, checked(limit - already));
            }
        }

        void Reduce(string cap, long left)
        {
            var allowed = Math.Clamp(left, 0, amount);
            if (allowed < amount)
            {
                reductions.Add(new Reduction(cap, amount - allowed));
                amount = allowed;
            }
        }
    }
}

/// <summary>Cents already calculated, before the line at hand.</summary>
public sealed record Used(long SessionCents, long DayCents, long YearCents, long EnvelopeCents);
