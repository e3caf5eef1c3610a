using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Lines;

/// <summary>Service fait: the signed sheet becomes lines, which are calculated as far as all is known.</summary>
public sealed class RecordAttendance(Calculator calculator)
{
    /// <summary>Once per session: a sheet delivered again changes nothing.</summary>
    public async Task Handle(Tx tx, AttendanceCertified sheet, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(sheet);
        await References.Read(tx);
        var session = await SessionStore.Lock(tx, sheet.Session, now);
        if (session.State != SessionState.Certified)
        {
            await Apply(tx, sheet, now);
        }
    }

    /// <summary>
    /// Waits when the programme is unknown; the caller has locked the session. Answers with SessionSettled, which has a
    /// stream of its own (<c>settlements/{session}</c>: the session's belongs to Scheduling).
    /// </summary>
    internal async Task Apply(Tx tx, AttendanceCertified sheet, DateTimeOffset now)
    {
        var date = sheet.Date.ToDate()!.Value;
        var indemnified = await DirectoryStore.IsIndemnified(tx, sheet.Programme, date);
        await SessionStore.Save(
            tx, sheet.Session, SessionState.Certified, sheet.Programme, date, sheet, indemnified is null ? Reasons.ProgrammeMissing : "", now);
        await Certifiers.Add(tx, [sheet]);
        if (indemnified is not { } paid)
        {
            return;
        }

        var live = await LineStore.LockLiveOf(tx, [sheet.Session]);
        var day = await Day.Of(tx, sheet);
        var changes = paid
            ? await Calculated(tx, Sheet.Decide(sheet, live, day, () => Guid.CreateVersion7(now), now), now)
            : Sheet.Unpaid(live, now);
        await LineStore.Save(tx, changes, now);
        await Outbox.Append(tx, AggregateId.Of($"settlements/{sheet.Session}"), sheet.Session, now, new SessionSettled
        {
            Session = sheet.Session,
            CalculatedLines = changes.Count(c => c.After.State == LineState.Calculated),
            WaitingLines = changes.Count(c => c.After.State == LineState.Recorded),
        });
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
