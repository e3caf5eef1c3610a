using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// Calculates recorded lines: gathers what is known, locks people's years, then the envelopes, and runs
/// <see cref="Calculate.Decide"/> in the order of DESIGN §7.17.
/// </summary>
public sealed class Calculator(Caps caps)
{
    /// <param name="recorded">Lines in state RECORDED, saved or not.</param>
    /// <param name="now">A line whose last change is later keeps that instant.</param>
    public async Task<IReadOnlyList<Change>> Run(Tx tx, IReadOnlyList<Line> recorded, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        if (recorded.Count == 0)
        {
            return [];
        }

        var people = recorded.Select(l => l.Professional).Distinct(StringComparer.Ordinal).ToArray();
        var identities = await DirectoryStore.Identities(tx, people);
        var payees = await PayeeLinks.Of(tx, people);
        var book = await RateBook.Open(tx, recorded.Select(l => (l.Programme, l.SessionDate)));
        var used = await PersonUse.Lock(tx, recorded, caps);
        var envelopes = await EnvelopeStore.LockOf(tx, recorded.Select(l => (l.Programme, l.FiscalYear)));
        var given = envelopes.Values.ToDictionary(e => e.Name, e => e.CalculatedCents, StringComparer.Ordinal);
        var changes = new List<Change>(recorded.Count);
        foreach (var line in InOrder(recorded))
        {
            var rates = book.On(line.Programme, line.SessionDate);
            var envelope = envelopes.GetValueOrDefault((line.Programme, line.FiscalYear));
            var known = new Known(
                identities.GetValueOrDefault(line.Professional), rates.IsCovered,
                rates.Find(line.Component, line.ProfessionTable, line.ProfessionCode, line.Role),
                PayeeOf(line, payees), envelope?.Name, envelope?.AmountCents ?? 0);
            var change = Calculate.Decide(line, known, caps, used.Of(line, envelope is null ? 0 : given[envelope.Name]), now);
            if (change.After.State == LineState.Calculated)
            {
                used.Add(change.After);
                given[envelope!.Name] = checked(given[envelope.Name] + change.After.AmountCents);
            }

            changes.Add(change);
        }

        await used.Save(tx);
        return changes;
    }

    /// <summary>The person's own on the day; an expert's by convention; of who stood in, what finance said.</summary>
    private static string? PayeeOf(Line line, PayeeLinks payees) =>
        line.Convention.Length > 0 || line.Replaces.Length > 0 ? line.Payee : payees.On(line.Professional, line.SessionDate);

    private static IEnumerable<Line> InOrder(IEnumerable<Line> lines) => lines
        .OrderBy(l => l.StartTime).ThenBy(l => l.Session, StringComparer.Ordinal).ThenBy(l => l.Professional, StringComparer.Ordinal).ThenBy(l => l.Component);
}
