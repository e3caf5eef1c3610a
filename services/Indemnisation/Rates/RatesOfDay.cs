using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Rates;

/// <summary>The rates in force on a day for a programme. For one batch: what it was asked it remembers.</summary>
public sealed class RatesOfDay(IReadOnlyList<Tariff> tariffs)
{
    private readonly Dictionary<(Component, string, string, RateRole), IReadOnlyList<Tariff>> found = [];

    /// <summary>Whether a grid covers the day: then what it leaves out is not paid.</summary>
    public bool IsCovered => tariffs.Count > 0;

    /// <summary>
    /// The most specific rates of a component: of the profession and the role, else of the profession, else of the role, else
    /// of everybody. One per unit of one grid: they add up.
    /// </summary>
    /// <returns>Empty when there is none.</returns>
    public IReadOnlyList<Tariff> Find(Component component, string professionTable, string professionCode, RateRole role)
    {
        var asked = (component, professionTable, professionCode, role);
        if (!found.TryGetValue(asked, out var rates))
        {
            rates = Search(component, professionTable, professionCode, role);
            found.Add(asked, rates);
        }

        return rates;
    }

    private IReadOnlyList<Tariff> Search(Component component, string professionTable, string professionCode, RateRole role)
    {
        (string Table, string Code, RateRole Role)[] keys =
        [
            (professionTable, professionCode, role), (professionTable, professionCode, RateRole.Unspecified), ("", "", role), ("", "", RateRole.Unspecified),
        ];
        return keys.Select(key => tariffs.Where(t => t.Key == (key.Table, key.Code, key.Role, component)).ToList()).FirstOrDefault(rates => rates.Count > 0) ?? [];
    }
}
