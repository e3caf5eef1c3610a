using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>Service fait: signed sheets become lines, which are calculated as far as all is known. Many sheets cost less together.</summary>
public sealed class RecordAttendance(Calculator calculator)
{
    /// <summary>Once per session: a sheet delivered again changes nothing.</summary>
    public async Task Handle(Tx tx, IReadOnlyList<CertifiedSheet> sheets)
    {
        ArgumentNullException.ThrowIfNull(sheets);
        await tx.FindByKey();
        await References.Read(tx);
        var first = sheets.DistinctBy(s => s.Sheet.Session, StringComparer.Ordinal).ToList();
        var rules = await ProgrammeRules.Of(tx, first.Select(s => s.Sheet.Programme));
        var news = await SessionStore.Certify(tx, first, waits: s => rules.On(s.Sheet.Programme, s.Date) is null);
        await Apply(tx, first.FindAll(s => news.Contains(s.Sheet.Session)), rules);
    }

    /// <summary>Sheets that waited for their programme, which is known now; the caller has locked the sessions.</summary>
    internal async Task TakeUp(Tx tx, IReadOnlyList<CertifiedSheet> sheets)
    {
        var rules = await ProgrammeRules.Of(tx, sheets.Select(s => s.Sheet.Programme));
        await SessionStore.WaitNoMore(tx, sheets.Select(s => s.Sheet.Session), sheets[0].Time);
        await Apply(tx, sheets, rules);
    }

    /// <summary>
    /// Those whose programme is known. Answers with SessionSettled, which has a stream of its own (<c>settlements/{session}</c>:
    /// the session's belongs to Scheduling).
    /// </summary>
    private async Task Apply(Tx tx, IReadOnlyList<CertifiedSheet> sheets, ProgrammeRules rules)
    {
        await Certifiers.Add(tx, [.. sheets.Select(s => s.Sheet)]);
        var known = sheets.Where(s => rules.On(s.Sheet.Programme, s.Date) is not null).ToList();
        if (known.Count == 0)
        {
            return;
        }

        var live = (await LineStore.LockLiveOf(tx, known.ConvertAll(s => s.Sheet.Session))).ToLookup(l => l.Session, StringComparer.Ordinal);
        var days = await Day.OfEach(tx, known.ConvertAll(s => s.Sheet));
        var decided = known.SelectMany(s => rules.On(s.Sheet.Programme, s.Date) is true
            ? Sheet.Decide(s.Sheet, [.. live[s.Sheet.Session]], days[s.Sheet.Session], () => Guid.CreateVersion7(s.Time), s.Time)
            : Sheet.Unpaid([.. live[s.Sheet.Session]], s.Time));
        // Each line keeps the instant of its own sheet.
        var changes = (await Calculated(tx, [.. decided], DateTimeOffset.MinValue, capsFar: true)).ToLookup(c => c.After.Session, StringComparer.Ordinal);
        var settled = known.ConvertAll(s => Settlement.Of(s, [.. changes[s.Sheet.Session]]));
        await OutboxBatch.Append(tx, known[^1].Time, settled.ConvertAll(s => s.Said));
        await LineStore.Save(tx, [.. settled.SelectMany(s => s.Changes)], known[^1].Time);
    }

    /// <inheritdoc cref="Calculator.Run"/>
    internal async Task<IReadOnlyList<Change>> Calculated(Tx tx, IReadOnlyList<Change> recorded, DateTimeOffset now, bool capsFar = false)
    {
        var waiting = recorded.Where(c => c.After.State == LineState.Recorded).ToDictionary(c => c.After.Id);
        var calculated = await calculator.Run(tx, [.. waiting.Values.Select(c => c.After)], now, capsFar);
        return [.. recorded.Where(c => c.After.State != LineState.Recorded), .. calculated.Select(c => Joined(waiting[c.After.Id], c))];
    }

    /// <summary>One change out of two steps; a line that waits is recorded with the reason it waits for.</summary>
    private static Change Joined(Change recorded, Change calculated) => calculated with
    {
        Before = recorded.Before,
        Events = calculated.After.State == LineState.Recorded
            ? [() => new IndemnityRecorded { Indemnity = calculated.After.Facts() }]
            : [.. recorded.Events, .. calculated.Events],
    };
}
