using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Rates;

/// <summary>The rates of some days, read once for a batch.</summary>
public sealed class RateBook
{
    private readonly IReadOnlyList<DatedTariff> tariffs;
    private readonly Dictionary<(string Programme, DateOnly Date), RatesOfDay> days = [];

    private RateBook(IReadOnlyList<DatedTariff> tariffs) => this.tariffs = tariffs;

    public static async Task<RateBook> Open(Tx tx, IEnumerable<(string Programme, DateOnly Date)> days)
    {
        var wanted = days.ToList();
        return wanted.Count == 0 ? new RateBook([]) : new RateBook(await RateStore.Between(
            tx, [.. wanted.Select(d => d.Programme).Distinct(StringComparer.Ordinal)], wanted.Min(d => d.Date), wanted.Max(d => d.Date)));
    }

    /// <summary>Of one of the days it was opened for.</summary>
    public RatesOfDay On(string programme, DateOnly date)
    {
        if (!days.TryGetValue((programme, date), out var rates))
        {
            rates = new RatesOfDay([.. tariffs.Where(t => t.Programme == programme && t.ValidFromDate <= date && date < t.ValidUntilDate)]);
            days.Add((programme, date), rates);
        }

        return rates;
    }
}
