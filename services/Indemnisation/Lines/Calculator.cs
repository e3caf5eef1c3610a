using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// Calculates the recorded lines of one session: gathers what is known, locks people's years, then the envelope, and
/// runs <see cref="Calculate.Decide"/> in the order of DESIGN §7.17.
/// </summary>
public sealed class Calculator(Caps caps)
{
    /// <param name="recorded">Lines in state RECORDED of one session, saved or not.</param>
    public async Task<IReadOnlyList<Change>> Run(Tx tx, IReadOnlyList<Line> recorded, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        if (recorded.Count == 0)
        {
            return [];
        }

        var (programme, date, year) = (recorded[0].Programme, recorded[0].SessionDate, recorded[0].FiscalYear);
        var people = recorded.Select(l => l.Professional).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var identities = await DirectoryStore.Identities(tx, people);
        var payees = await PayeeStore.Of(tx, people, date);
        var rates = await RateStore.On(tx, programme, date);
        var used = await PersonUse.Lock(tx, people, year, date, recorded[0].Session, caps);
        var envelope = await EnvelopeStore.LockOf(tx, programme, year);
        var fromEnvelope = envelope?.CalculatedCents ?? 0;
        var changes = new List<Change>(recorded.Count);
        foreach (var line in recorded.OrderBy(l => l.Professional, StringComparer.Ordinal).ThenBy(l => l.Component))
        {
            var known = new Known(
                identities.GetValueOrDefault(line.Professional), rates.IsCovered,
                rates.Find(line.Component, line.ProfessionTable, line.ProfessionCode, line.Role),
                PayeeOf(line, payees), envelope?.Name, envelope?.AmountCents ?? 0);
            var change = Calculate.Decide(line, known, caps, used.Of(line.Professional, fromEnvelope), now);
            if (change.After.State == LineState.Calculated)
            {
                used.Add(line.Professional, change.After.AmountCents);
                fromEnvelope = checked(fromEnvelope + change.After.AmountCents);
            }

            changes.Add(change);
        }

        await used.Save(tx);
        return changes;
    }

    /// <summary>The person's own on the day; an expert's by convention; of who stood in, what finance said.</summary>
    private static string? PayeeOf(Line line, IReadOnlyDictionary<string, string> payees) =>
        line.Convention.Length > 0 || line.Replaces.Length > 0 ? line.Payee : payees.GetValueOrDefault(line.Professional);
}
