using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// Takes up the lines that waited for a payee, a rate, an envelope or a person once it is there. The caller holds
/// <see cref="References.Change"/>, so that no line can begin to wait unseen at the same time.
/// </summary>
public sealed class CalculateWaiting(Calculator calculator)
{
    private const int LinesAtOnce = 500;

    /// <summary>After a payee or a person became known.</summary>
    public async Task OfProfessionals(Tx tx, IReadOnlyCollection<string> professionals, DateTimeOffset now) =>
        await Recorded(tx, await LineStore.LockRecordedOf(tx, professionals), now);

    /// <summary>
    /// After a grid or an envelope was published: what is committed gets its price and its envelope too. However many waited, few of
    /// them are in memory.
    /// </summary>
    public async Task OfProgramme(Tx tx, string programme, DateTimeOffset now, int? fiscalYear = null)
    {
        IReadOnlyList<Line> open = [];
        do
        {
            open = await LineStore.LockOpenOf(tx, programme, fiscalYear, open.Count == 0 ? null : open[^1].Id, LinesAtOnce);
            await Recorded(tx, [.. open.Where(l => l.State == LineState.Recorded)], now);
            await Committed(tx, programme, open, now);
        }
        while (open.Count == LinesAtOnce);
    }

    private static async Task Committed(Tx tx, string programme, IReadOnlyList<Line> open, DateTimeOffset now)
    {
        foreach (var session in open.Where(l => l.State == LineState.Committed && l.Reason.Length > 0).GroupBy(l => (l.Session, l.SessionDate)))
        {
            var rates = await RateStore.On(tx, programme, session.Key.SessionDate);
            var envelope = await EnvelopeStore.LockOf(tx, programme, session.Key.SessionDate.Year);
            await LineStore.Save(tx, [.. session.Select(l => Reprice(l, rates, envelope?.Name, now)).OfType<Change>()], now);
        }
    }

    /// <returns>Null when nothing changes.</returns>
    private static Change? Reprice(Line committed, RatesOfDay rates, string? envelope, DateTimeOffset now)
    {
        var after = CommitSession.Price(committed, rates, envelope);
        if (after == committed)
        {
            return null;
        }

        after = after with { ChangeTime = committed.Later(now) };
        return new Change(committed, after, after.AmountCents == committed.AmountCents ? [] : [() => new IndemnityCommitted { Indemnity = after.Facts() }]);
    }

    private async Task Recorded(Tx tx, IReadOnlyList<Line> recorded, DateTimeOffset now)
    {
        var changes = await calculator.Run(tx, recorded, now);
        await LineStore.Save(tx, [.. changes.Where(SaysSomething)], now);
    }

    /// <summary>A line that still waits for the same thing is left as it is.</summary>
    private static bool SaysSomething(Change change) => change.After with { ChangeTime = change.Before!.ChangeTime } != change.Before;
}
