using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Years;

/// <summary>
/// A sheet or a correction came after the close: people decide with the ARS which open year pays it (ADR 0033). The closed year
/// stands still; amounts are those of the day of the session.
/// </summary>
public sealed class CarryLateLines(Db db, RecordAttendance record)
{
    public Task<CarryLateLinesResponse> Handle(CarryLateLinesRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Read(tx);
            var session = await SessionStore.Find(tx, request.Session) ?? throw RuleBroken.NotFound(request.Session);
            var lines = await LineStore.LockOfSession(tx, request.Session);
            var late = MustBeLate(lines, request.Session);
            var sheet = AttendanceCertified.Parser.ParseFrom(session.Event);
            await MustBePayable(tx, sheet.Date.Year, request.FiscalYear);
            var envelope = await EnvelopeStore.LockOf(tx, sheet.Programme, request.FiscalYear) ?? throw Refused(
                "ENVELOPE_MISSING", $"Aucune enveloppe n'existe pour l'exercice {request.FiscalYear}.", request.FiscalYear);

            Guid NewId() => Guid.CreateVersion7(call.Now);
            var undone = Undo(lines, late, envelope, NewId, call.Now);
            await LineStore.Save(tx, undone, call.Now);
            var day = await Day.Of(tx, sheet) with { YearClosed = false, CarriedInto = request.FiscalYear };
            var anew = await record.Calculated(tx, Anew(sheet, late, day, NewId, call.Now), call.Now);
            await LineStore.Save(tx, anew, call.Now);
            var made = undone.Concat(anew).Where(c => c.Before is null).Select(c => c.After.Id).ToArray();
            return new CarryLateLinesResponse { Lines = { await LineStore.Shown(tx, await LineStore.Lock(tx, made)) } };
        });

    /// <summary>Late lines are cancelled; what their corrections undo is countered in the year that pays, or cancelled where it still waited.</summary>
    /// <exception cref="RuleBroken">LINE_NOT_APPROVED, CLOCK_BEFORE_LAST_CHANGE.</exception>
    internal static IReadOnlyList<Change> Undo(IReadOnlyList<Line> lines, IReadOnlyList<Line> late, EnvelopeRow envelope, Func<Guid> newId, DateTimeOffset now)
    {
        var changes = new List<Change>();
        foreach (var line in late)
        {
            Etag.MustNotPrecede(now, line.ChangeTime, line.Name);
            changes.Add(Change.Cancel(line, Reasons.CarriedOver, now));
        }

        var revisions = late.GroupBy(l => l.Professional, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Max(l => l.Revision), StringComparer.Ordinal);
        foreach (var line in lines.Where(l => l.Live && !IsLate(l) && revisions.ContainsKey(l.Professional)))
        {
            MustNotBeInAccruals(line);
            changes.AddRange(line.State == LineState.Recorded
                ? [Change.Cancel(line, Reasons.Corrected, now)]
                : CorrectLines.Countered(line, revisions[line.Professional], newId(), now, envelope.FiscalYear, envelope.Name));
        }

        return changes;
    }

    /// <summary>What the sheet, as it stands, gives the people who have late lines.</summary>
    internal static IReadOnlyList<Change> Anew(AttendanceCertified sheet, IReadOnlyList<Line> late, Day day, Func<Guid> newId, DateTimeOffset now) =>
        [.. late.GroupBy(l => l.Professional, StringComparer.Ordinal).SelectMany(p => CorrectLines.Anew(sheet, p.Key, p.Max(l => l.Revision), day, newId, now))];

    private static bool IsLate(Line line) => line is { State: LineState.Recorded, Reason: Reasons.FiscalYearClosed };

    private static List<Line> MustBeLate(IReadOnlyList<Line> lines, string session)
    {
        var late = lines.Where(IsLate).ToList();
        return late.Count > 0
            ? late
            : throw RuleBroken.NotNow("NO_LATE_LINE", "Aucune ligne de cette séance n'est arrivée après la clôture de son exercice.", subject: session, facts: ("session", session));
    }

    private static async Task MustBePayable(Tx tx, int held, int into)
    {
        var closed = await FiscalYears.Closed(tx);
        if (!closed.Contains(held))
        {
            throw Refused("FISCAL_YEAR_NOT_CLOSED", $"L'exercice {held} n'est pas clos.", held);
        }

        if (into <= held || closed.Contains(into))
        {
            throw Refused("FISCAL_YEAR_CLOSED", $"L'exercice qui paie est postérieur à {held} et n'est pas clos.", into);
        }
    }

    /// <summary>What is calculated was in the accruals of its year: cancelled it would move them, approved it can be countered.</summary>
    private static void MustNotBeInAccruals(Line line)
    {
        if (line.State == LineState.Calculated)
        {
            throw RuleBroken.NotNow(
                "LINE_NOT_APPROVED", "Une ligne de l'exercice clos que cette reprise corrigerait n'est pas encore validée : validez-la d'abord.",
                subject: line.Name, facts: ("name", line.Name));
        }
    }

    private static RuleBroken Refused(string reason, string french, int year) => RuleBroken.NotNow(reason, french, "FISCAL_YEAR", $"{year}", ("fiscalYear", $"{year}"));
}
