using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// A correction of the certified sheet (DESIGN §7.15): one person's lines that are not approved yet are cancelled; an approved
/// one stays, is no longer the live one, and a counter-line of the opposite amount waits for approval. Then what is due now is
/// calculated as new lines, with the revision of the correction.
/// </summary>
public sealed class CorrectLines(RecordAttendance record, CalculateWaiting waiting)
{
    /// <summary>The sheet as it stands is kept: a session that still waits for its programme is applied with it later.</summary>
    public async Task Handle(Tx tx, AttendanceCorrected said, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(said);
        await References.Read(tx);
        var session = await SessionStore.Lock(tx, said.Session, now);
        if (session is not { State: SessionState.Certified, Event: { } stored })
        {
            // The sheet comes before its corrections in the same stream: parked, and seen by whoever watches parked events.
            throw new InvalidOperationException($"{said.Session} is corrected and not certified.");
        }

        var sheet = Corrected(AttendanceCertified.Parser.ParseFrom(stored), said);
        var date = sheet.Date.ToDate()!.Value;
        var indemnified = await DirectoryStore.IsIndemnified(tx, sheet.Programme, date);
        await SessionStore.Save(tx, said.Session, SessionState.Certified, sheet.Programme, date, sheet, indemnified is null ? Reasons.ProgrammeMissing : "", now);
        await Certifiers.Add(tx, [sheet]);
        if (indemnified is not true)
        {
            return;
        }

        var live = (await LineStore.LockLiveOf(tx, [said.Session])).Where(l => l.Professional == said.Professional).ToList();
        var day = await Day.Of(tx, sheet);
        var anew = Anew(sheet, said.Professional, said.Revision, day, () => Guid.CreateVersion7(now), now);
        if (day.YearClosed)
        {
            await LineStore.Save(tx, Kept(live, anew, said.Revision, () => Guid.CreateVersion7(now), now), now);
            return;
        }

        var undone = Undo(live, said.Revision, () => Guid.CreateVersion7(now), now);
        await LineStore.Save(tx, undone, now);
        await LineStore.Save(tx, await record.Calculated(tx, anew, now), now);
        // Who was not here after all may have been at the other table.
        await waiting.OfProfessionals(tx, [said.Professional], now);
    }

    /// <summary>
    /// The year is closed: its lines stay, and what the correction would make of them waits beside them, not live. Somebody to
    /// whom nothing is due after all (not there, paid by another funder) has lines of no minutes.
    /// </summary>
    internal static IReadOnlyList<Change> Kept(IReadOnlyList<Line> live, IReadOnlyList<Change> anew, int revision, Func<Guid> newId, DateTimeOffset now)
    {
        var due = anew.Where(c => c.After.State == LineState.Recorded).Select(c => c.After).ToList();
        var kept = due.Count > 0
            ? due
            : live.Select(l => l with { Id = newId(), PresentMinutes = 0, Kilometres = 0, DueCents = 0, AmountCents = 0, Corrects = l.Id });
        return [.. kept.Select(l =>
        {
            var waits = l with
            {
                Revision = revision, Live = false, State = LineState.Recorded, Reason = Reasons.FiscalYearClosed, Envelope = null, Approver = null, Payment = null,
                Version = 1, ChangeTime = now,
            };
            return new Change(null, waits, [() => new IndemnityRecorded { Indemnity = waits.Facts() }]);
        })];
    }

    /// <summary>The sheet with this person's line as it is now, certified by who certified the correction too.</summary>
    internal static AttendanceCertified Corrected(AttendanceCertified sheet, AttendanceCorrected said)
    {
        var after = sheet.Clone();
        after.Lines.Clear();
        after.Lines.Add(sheet.Lines.Where(l => l.Professional != said.Professional));
        if (said.Line is not null)
        {
            after.Lines.Add(said.Line);
        }

        after.Certifiers.Add(said.Certifiers.Except(sheet.Certifiers, StringComparer.Ordinal));
        return after;
    }

    /// <summary>What is live of the person is cancelled, or countered once approved.</summary>
    internal static IReadOnlyList<Change> Undo(IReadOnlyList<Line> live, int revision, Func<Guid> newId, DateTimeOffset now) =>
        [.. live.SelectMany(l => Undo(l, revision, newId(), now, Reasons.Corrected))];

    internal static IEnumerable<Change> Undo(Line line, int revision, Guid id, DateTimeOffset now, string reason) => line.State < LineState.Approved
        ? [Change.Cancel(line, reason, now)]
        : Countered(line, revision, id, now, line.FiscalYear, line.Envelope, reason);

    /// <summary>What the corrected sheet gives this person.</summary>
    internal static IReadOnlyList<Change> Anew(AttendanceCertified sheet, string professional, int revision, Day day, Func<Guid> newId, DateTimeOffset now)
    {
        var own = sheet.Clone();
        own.Lines.Clear();
        own.Lines.Add(sheet.Lines.Where(l => l.Professional == professional));
        return Sheet.Decide(own, [], day, newId, now, revision);
    }

    /// <summary>The year and the envelope that get the amount back: the line's own, or those of a year it is carried into.</summary>
    internal static IEnumerable<Change> Countered(
        Line line, int revision, Guid id, DateTimeOffset now, int fiscalYear, string? envelope, string reason = Reasons.Corrected)
    {
        yield return new Change(line, line with { Live = false, ChangeTime = now }, []);
        var counter = line with
        {
            Id = id, Revision = revision, Live = false, State = LineState.Calculated, DueCents = -line.DueCents, AmountCents = -line.AmountCents,
            Reason = reason, Approver = null, Payment = null, Corrects = line.Id, Version = 1, ChangeTime = now,
            FiscalYear = fiscalYear, Envelope = envelope,
        };
        yield return new Change(null, counter, [() => new IndemnityCorrected { Indemnity = counter.Facts(), Corrects = line.Name }]);
    }
}
