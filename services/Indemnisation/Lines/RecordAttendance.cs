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
        await References.Read(tx);
        var first = sheets.DistinctBy(s => s.Sheet.Session, StringComparer.Ordinal).ToList();
        var before = await SessionStore.Lock(tx, first.ConvertAll(s => s.Sheet.Session), first[0].Time);
        await Apply(tx, first.FindAll(s => before[s.Sheet.Session] != SessionState.Certified));
    }

    /// <summary>
    /// Waits when the programme is unknown; the caller has locked the sessions. Answers with SessionSettled, which has a
    /// stream of its own (<c>settlements/{session}</c>: the session's belongs to Scheduling).
    /// </summary>
    internal async Task Apply(Tx tx, IReadOnlyList<CertifiedSheet> sheets)
    {
        if (sheets.Count == 0)
        {
            return;
        }

        var rules = await ProgrammeRules.Of(tx, sheets.Select(s => s.Sheet.Programme));
        await SessionStore.Certify(tx, sheets, waits: s => rules.On(s.Sheet.Programme, s.Date) is null);
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
        var changes = (await Calculated(tx, [.. decided], DateTimeOffset.MinValue)).ToLookup(c => c.After.Session, StringComparer.Ordinal);
        var settled = known.ConvertAll(s => Settlement.Of(s, [.. changes[s.Sheet.Session]]));
        await LineStore.Save(tx, [.. settled.SelectMany(s => s.Changes)], known[^1].Time);
        await OutboxBatch.Append(tx, known[^1].Time, settled.ConvertAll(s => s.Said));
    }

    internal async Task<IReadOnlyList<Change>> Calculated(Tx tx, IReadOnlyList<Change> recorded, DateTimeOffset now)
    {
        var waiting = recorded.Where(c => c.After.State == LineState.Recorded).ToDictionary(c => c.After.Id);
        var calculated = await calculator.Run(tx, [.. waiting.Values.Select(c => c.After)], now);
        return [.. recorded.Where(c => c.After.State != LineState.Recorded), .. calculated.Select(c => Joined(waiting[c.After.Id], c))];
    }

    /// <summary>One change out of two steps; a line that waits is recorded with the reason it waits for.</summary>
    private static Change Joined(Change recorded, Change calculated) => calculated with
    {
        Before = recorded.Before,
        Events = calculated.After.State == LineState.Recorded
            ? [new IndemnityRecorded { Indemnity = calculated.After.Facts() }]
            : [.. recorded.Events, .. calculated.Events],
    };
}
