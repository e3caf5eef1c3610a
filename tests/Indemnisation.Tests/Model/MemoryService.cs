using Google.Protobuf;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.Indemnisation.Years;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Tests.Model;

/// <summary>
/// The pure decisions of the service over dictionaries instead of tables: the same inbox rule, the same order of decisions,
/// no database. What SQL does besides is checked by the season tests against the real one.
/// </summary>
internal sealed class MemoryService(Caps caps)
{
    private static readonly RatesOfDay NoGrid = new([]);
    private readonly Dictionary<string, (SessionState State, IMessage? Event)> sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Person, int Year), long> personYear = [];
    private readonly HashSet<string> payees = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long> envelopes = [];
    private readonly HashSet<int> closed = [];
    private bool hasGrid;
    private int ids;

    public static DateTimeOffset Now { get; } = new(2027, 9, 1, 8, 0, 0, TimeSpan.Zero);

    public Dictionary<Guid, Line> Lines { get; } = [];

    public IReadOnlyDictionary<(string Person, int Year), long> PersonYear => personYear;

    public IReadOnlyDictionary<int, long> Envelopes => envelopes;

    /// <summary>A line as it is now, with what finance and the bank did of it.</summary>
    public Func<Line, Line> AsNow { get; set; } = l => l;

    public Guid NewId() => new(++ids, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    public long Calculated(int year) => Lines.Values.Where(l => l.FiscalYear == year && l.State == LineState.Calculated).Sum(l => l.AmountCents);

    public void Handle(IMessage said)
    {
        switch (said)
        {
            case SessionConvened convened when StateOf(convened.Session) == SessionState.Convened:
                Commit(convened);
                break;
            case SessionMoved moved when sessions.TryGetValue(moved.Session, out var s) && s is { State: SessionState.Convened, Event: SessionConvened before }:
                var after = before.Clone();
                (after.Date, after.StartInstant, after.EndInstant) = (moved.Date, moved.StartInstant, moved.EndInstant);
                Commit(after);
                break;
            case SessionCancelled cancelled when StateOf(cancelled.Session) != SessionState.Certified:
                sessions[cancelled.Session] = (SessionState.Cancelled, null);
                Save(CancelSession.Decide(LiveOf(cancelled.Session), Now));
                break;
            case AttendanceCertified sheet when StateOf(sheet.Session) != SessionState.Certified:
                sessions[sheet.Session] = (SessionState.Certified, sheet);
                SaveCalculated(Sheet.Decide(sheet, LiveOf(sheet.Session), DayOf(sheet.Date), NewId, Now));
                break;
            case AttendanceCorrected corrected:
                Correct(corrected);
                break;
        }
    }

    public void TellPayee(string person)
    {
        payees.Add(person);
        TakeUp();
    }

    public void PublishGrid()
    {
        hasGrid = true;
        TakeUp();
    }

    /// <summary>Never under what is calculated: that is refused.</summary>
    public void PutEnvelope(int year, long cents)
    {
        envelopes[year] = Math.Max(cents, Calculated(year));
        TakeUp();
    }

    public void CloseYear(int year)
    {
        if (closed.Add(year))
        {
            Save(CloseFiscalYear.Decide([.. Lines.Values.Where(l => l.State == LineState.Committed && l.FiscalYear == year)], Now));
        }
    }

    /// <summary>Nothing where the verb refuses: no late line, no envelope, a line that is to be approved first.</summary>
    public void CarryLateLines(string session, int into)
    {
        List<Line> lines = [.. Lines.Values.Where(l => l.Session == session && l.State != LineState.Cancelled).Select(AsNow)];
        List<Line> late = [.. lines.Where(l => l is { State: LineState.Recorded, Reason: Reasons.FiscalYearClosed })];
        if (late.Count == 0 || !envelopes.TryGetValue(into, out var cents) || lines.Exists(l => l is { Live: true, State: LineState.Calculated } && late.Exists(o => o.Professional == l.Professional)))
        {
            return;
        }

        var sheet = Assert.IsType<AttendanceCertified>(sessions[session].Event);
        Save(Indemnisation.Years.CarryLateLines.Undo(lines, late, new EnvelopeRow { Name = EnvelopeOf(into)!, FiscalYear = into, AmountCents = cents }, NewId, Now));
        SaveCalculated(Indemnisation.Years.CarryLateLines.Anew(sheet, late, DayOf(sheet.Date) with { YearClosed = false, CarriedInto = into }, NewId, Now));
    }

    private SessionState StateOf(string session) => sessions.TryGetValue(session, out var s) ? s.State : SessionState.Convened;

    private List<Line> LiveOf(string session) =>
        [.. Lines.Values.Where(l => l.Session == session && l.Live).Select(AsNow).OrderBy(l => l.Professional, StringComparer.Ordinal).ThenBy(l => l.Component).ThenBy(l => l.Id)];

    private void Commit(SessionConvened said)
    {
        sessions[said.Session] = (SessionState.Convened, said);
        var year = said.Date.Year;
        if (closed.Contains(year))
        {
            Save(CloseFiscalYear.Decide([.. LiveOf(said.Session).Where(l => l.State == LineState.Committed)], Now));
            return;
        }

        Save(CommitSession.Decide(said, LiveOf(said.Session), new Dictionary<string, string>(), RatesOf(year), EnvelopeOf(year), NewId, Now));
    }

    private void Correct(AttendanceCorrected said)
    {
        var sheet = CorrectLines.Corrected(Assert.IsType<AttendanceCertified>(sessions[said.Session].Event), said);
        sessions[said.Session] = (SessionState.Certified, sheet);
        var (day, live) = (DayOf(sheet.Date), LiveOf(said.Session).Where(l => l.Professional == said.Professional).ToList());
        var anew = CorrectLines.Anew(sheet, said.Professional, said.Revision, day, NewId, Now);
        if (day.YearClosed)
        {
            Save(CorrectLines.Kept(live, anew, said.Revision, NewId, Now));
            return;
        }

        var undone = CorrectLines.Undo(live, said.Revision, NewId, Now);
        foreach (var freed in undone.Where(c => c is { Before.State: LineState.Calculated, After.State: LineState.Cancelled }))
        {
            personYear[(freed.Before!.Professional, freed.Before.FiscalYear)] -= freed.Before.AmountCents;
        }

        Save(undone);
        SaveCalculated(anew);
    }

    /// <summary>Lines that waited, in the order of DESIGN §7.17; and what is committed gets its price.</summary>
    private void TakeUp()
    {
        var waiting = Lines.Values.Where(l => l.State == LineState.Recorded)
            .OrderBy(l => l.StartTime).ThenBy(l => l.Session, StringComparer.Ordinal).GroupBy(l => l.Session, StringComparer.Ordinal).Select(g => g.ToList()).ToList();
        foreach (var session in waiting)
        {
            Save(Calculate(session));
        }

        foreach (var line in Lines.Values.Where(l => l.State == LineState.Committed).ToList())
        {
            Lines[line.Id] = CommitSession.Price(line, RatesOf(line.FiscalYear), EnvelopeOf(line.FiscalYear));
        }
    }

    private void SaveCalculated(IReadOnlyList<Change> recorded)
    {
        Save([.. recorded.Where(c => c.After.State != LineState.Recorded)]);
        Save(Calculate([.. recorded.Where(c => c.After.State == LineState.Recorded).Select(c => c.After)]));
    }

    private List<Change> Calculate(IReadOnlyList<Line> recorded)
    {
        var changes = new List<Change>();
        var added = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in recorded.OrderBy(l => l.Professional, StringComparer.Ordinal).ThenBy(l => l.Component))
        {
            var rates = RatesOf(line.SessionDate.Year);
            var person = int.Parse(line.Professional["professionals/P".Length..], System.Globalization.CultureInfo.InvariantCulture);
            var known = new Known(
                new Identity("99700000013", Evidence.Types.Source.Directory, VerifiedDate: null), rates.IsCovered, rates.Find(line.Component, line.ProfessionTable, line.ProfessionCode, line.Role),
                payees.Contains(line.Professional) ? Expected.PayeeOf(person) : null, EnvelopeOf(line.FiscalYear), envelopes.GetValueOrDefault(line.FiscalYear));
            var change = Decide(line, known, added);
            if (change.After.State == LineState.Calculated)
            {
                added[line.Professional] = added.GetValueOrDefault(line.Professional) + change.After.AmountCents;
            }

            changes.Add(change);
        }

        return changes;
    }

    private Change Decide(Line line, Known known, Dictionary<string, long> added)
    {
        var now = added.GetValueOrDefault(line.Professional);
        var used = new Used(
            Sum(l => l.Session == line.Session) + now, Sum(l => l.SessionDate == line.SessionDate) + now,
            personYear.GetValueOrDefault((line.Professional, line.FiscalYear)) + now, Calculated(line.FiscalYear) + added.Values.Sum());
        return Indemnisation.Lines.Calculate.Decide(line, known, caps, used, Now);

        long Sum(Func<Line, bool> which) => Lines.Values.Where(l => l.Professional == line.Professional && l.State == LineState.Calculated && which(l)).Sum(l => l.AmountCents);
    }

    private void Save(IReadOnlyList<Change> changes)
    {
        foreach (var change in changes)
        {
            // Finance's states are beside the line, as in the database.
            Lines[change.After.Id] = change.After with { State = change.After.StoredState };
            if (change is { After.State: LineState.Calculated, Before: not { State: LineState.Calculated } and not { State: > LineState.Calculated } })
            {
                var key = (change.After.Professional, change.After.FiscalYear);
                personYear[key] = personYear.GetValueOrDefault(key) + change.After.AmountCents;
            }
        }
    }

    private string? EnvelopeOf(int year) => envelopes.ContainsKey(year) ? $"envelopes/E-{year}" : null;

    private Day DayOf(Google.Type.Date date) => new(RatesOf(date.Year), [], closed.Contains(date.Year));

    private RatesOfDay RatesOf(int year) => hasGrid ? Grid(year) : NoGrid;

    private static RatesOfDay Grid(int year)
    {
        var doctor = new Tariff
        {
            RateGrid = $"rateGrids/{year}", ProfessionTable = "TRE_G15", ProfessionCode = "10", Component = Component.Participant, Unit = RateUnit.StartedQuarterHour,
            AmountCents = year == 2026 ? 2_250 : 2_295, MinimumMinutes = 30, PaidMinutesCap = 90,
        };
        return new RatesOfDay(
        [
            doctor, doctor with { Role = RateRole.Expert, AmountCents = 3_000 },
            new Tariff { RateGrid = doctor.RateGrid, Component = Component.FacilitatorSupplement, Unit = RateUnit.Flat, AmountCents = 4_500 },
            new Tariff { RateGrid = doctor.RateGrid, Component = Component.Travel, Unit = RateUnit.Kilometre, AmountCents = 35, FreeKilometres = 10, CapCents = 5_000 },
        ]);
    }
}
