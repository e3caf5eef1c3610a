using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// Calculates recorded lines: gathers what is known and runs <see cref="Calculate.Decide"/> in the order of DESIGN §7.17.
/// A cap that takes something off is only decided under the locks of people's years, then of the envelopes. As long as none
/// does nobody waits for anybody: whoever saves the lines adds to these last, and begins again if that passes a cap or gives
/// somebody two tables at once.
/// </summary>
public sealed class Calculator(Caps caps)
{
    /// <param name="recorded">Lines in state RECORDED, saved or not.</param>
    /// <param name="now">A line whose last change is later keeps that instant.</param>
    /// <param name="capsFar">
    /// Counts on nobody being near the cap of the year, and reads what people have only when saving the lines said otherwise. Not for
    /// lines that take the place of calculated ones: together these pass no cap.
    /// </param>
    public async Task<IReadOnlyList<Change>> Run(Tx tx, IReadOnlyList<Line> recorded, DateTimeOffset now, bool capsFar = false)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        if (recorded.Count == 0)
        {
            return [];
        }

        var people = recorded.Select(l => l.Professional).Distinct(StringComparer.Ordinal).ToArray();
        var known = new Gathered(
            await DirectoryStore.Identities(tx, people),
            await PayeeLinks.Of(tx, people),
            await RateBook.Open(tx, recorded.Select(l => (l.Programme, l.SessionDate))));
        // Sums of a day or of a session are in no row that saving the lines would move.
        var underLock = caps.SessionCents > 0 || caps.DayCents > 0 || tx.WasOvertaken;
        var used = capsFar && !underLock ? new PersonUse() : await PersonUse.Of(tx, recorded, caps, underLock);
        var changes = await Decided(tx, recorded, known, used, underLock, now);
        return underLock || changes.TrueForAll(c => c.Reductions.Count == 0)
            ? changes
            : await Decided(tx, recorded, known, await PersonUse.Of(tx, recorded, caps, underLock: true), underLock: true, now);
    }

    private async Task<List<Change>> Decided(Tx tx, IReadOnlyList<Line> recorded, Gathered gathered, PersonUse used, bool underLock, DateTimeOffset now)
    {
        var envelopes = await EnvelopeStore.Of(tx, recorded.Select(l => (l.Programme, l.FiscalYear)), underLock);
        var presences = underLock ? await Presences.Of(tx, recorded) : Presences.Unread();
        var given = envelopes.Values.ToDictionary(e => e.Name, e => e.CalculatedCents, StringComparer.Ordinal);
        var changes = new List<Change>(recorded.Count);
        foreach (var line in InOrder(recorded))
        {
            var envelope = envelopes.GetValueOrDefault((line.Programme, line.FiscalYear));
            var known = gathered.Of(line, envelope) with { AtAnotherTable = presences.Meet(line) };
            var change = Calculate.Decide(line, known, caps, used.Of(line, envelope is null ? 0 : given[envelope.Name]), now);
            if (change.After.State == LineState.Calculated)
            {
                used.Add(change.After);
                presences.Add(change.After);
                given[envelope!.Name] = checked(given[envelope.Name] + change.After.AmountCents);
            }

            changes.Add(change with { YearCapCents = caps.OfYear(line.FiscalYear) });
        }

        return changes;
    }

    private static IEnumerable<Line> InOrder(IEnumerable<Line> lines) => lines
        .OrderBy(l => l.StartTime).ThenBy(l => l.Session, StringComparer.Ordinal).ThenBy(l => l.Professional, StringComparer.Ordinal).ThenBy(l => l.Component);

    /// <summary>What is known of the people and their day; it stands still while <see cref="References"/> is held.</summary>
    private sealed record Gathered(IReadOnlyDictionary<string, Identity> Identities, PayeeLinks Payees, RateBook Book)
    {
        public Known Of(Line line, EnvelopeRow? envelope)
        {
            var rates = Book.On(line.Programme, line.SessionDate);
            return new Known(
                Identities.GetValueOrDefault(line.Professional), rates.IsCovered, rates.Find(line.Component, line.ProfessionTable, line.ProfessionCode, line.Role),
                PayeeOf(line), envelope?.Name, envelope?.AmountCents ?? 0);
        }

        /// <summary>The person's own on the day; an expert's by convention; of who stood in, what finance said.</summary>
        private string? PayeeOf(Line line) =>
            line.Convention.Length > 0 || line.Replaces.Length > 0 ? line.Payee : Payees.On(line.Professional, line.SessionDate);
    }
}
