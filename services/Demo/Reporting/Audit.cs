using System.Collections.Concurrent;
using Intervision.Demo.Finance;
using Intervision.Demo.Season;
using Intervision.Demo.Suite;
using Intervision.Indemnisation.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults;

namespace Intervision.Demo.Reporting;

/// <summary>
/// Reads the season back from every side that knows it and compares: what was asked, what each service holds, what
/// finance heard, what the bank will be told.
/// </summary>
internal sealed class Audit(Stage stage, SeasonPlay season, SetUp setUp, SeasonClosing closing, EventJournal journal, TimeProvider time)
{
    private static readonly LineState[] Due = [LineState.Calculated, LineState.Approved, LineState.Issued, LineState.Paid];
    private readonly List<string> mismatches = [];

    public async Task<SeasonReport> Report(IReadOnlyList<PaymentRun> runs, Func<double> seconds)
    {
        await AllEventsReceived();
        var sessions = await season.ListSessions();
        var states = await CaseStates();
        var lines = await closing.ListLines([.. Due, LineState.Recorded]);
        var due = lines.Where(l => Due.Contains(l.State)).ToList();
        var ledger = await closing.Reconcile();
        CompareRefusals();
        CompareWithEvents(due);
        await ComparePayments(runs, due);
        Expect(ledger.Balanced, $"Le grand livre n'est pas équilibré : {ledger.DebitCents} centimes au débit, {ledger.CreditCents} au crédit.");
        Expect(ledger.Reconciled, $"Le grand livre ne se rapproche pas des lignes : {string.Join(" ; ", ledger.Differences)}");
        mismatches.AddRange(setUp.RefusedRows.Select(r => $"Ligne refusée : {r}"));
        return new SeasonReport
        {
            CasesSubmitted = season.Cases.Count(c => c.Case is not null),
            CasesRefused = Count(season.Cases.Where(c => c.Refused is not null), c => c.Refused!.Reason),
            RefusalsAsExpected = season.Cases.All(c => c.Row.ExpectedReason == (c.Refused?.Reason ?? "")),
            ConsentsAskedLater = Count(season.Cases.Where(c => c.Case is not null && c.AskedOn is not null), c => c.Row.Later.ToString().ToUpperInvariant()),
            CasesByState = Count(states.Values, s => s.ToString()),
            CasesWithoutSession = states.Values.Count(s => s == CaseState.Ready),
            SessionsHeld = sessions.Count(s => IsHeld(s.State)),
            SessionsCancelled = sessions.Count(s => s.State == SessionState.Cancelled),
            Participations = sessions.Where(s => IsCertified(s.State)).Sum(s => s.Attendance.Count),
            Indemnities = Sorted(due.GroupBy(l => $"{l.ProfessionTable}/{l.ProfessionCode}"), g => new Indemnities(g.Count(), g.Sum(Cents))),
            LinesWaiting = Count(lines.Where(l => l.State == LineState.Recorded), l => l.Reason.Length == 0 ? "?" : l.Reason),
            Events = Count(journal.Events, e => e.Type),
            LedgerBalanced = ledger.Balanced,
            Reconciled = ledger.Reconciled,
            PaymentFile = runs.Count > 0 ? runs[0].FilePath : "",
            PaymentFiles = [.. runs.Select(r => r.FilePath)],
            PaidCents = runs.Sum(r => r.Total.ToCents() ?? 0),
            Seconds = Math.Round(seconds(), 1),
            Mismatches = mismatches,
        };
    }

    /// <summary>Cases that are ready and found no session, with their waiting time at the end of the season.</summary>
    public async Task<List<ListWaitingCasesResponse.Types.WaitingCase>> Waiting()
    {
        var all = new List<ListWaitingCasesResponse.Types.WaitingCase>();
        var request = new ListWaitingCasesRequest { PageSize = 1000 };
        do
        {
            var page = await stage.Suite.Scheduling.ListWaitingCasesAsync(request, stage.As(Cast.Coordinator, Stage.At(season.LastDay, 12)));
            all.AddRange(page.Cases);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }

    /// <summary>As many distinct events as the service has said; the last ones may still be on their way.</summary>
    private async Task AllEventsReceived()
    {
        var said = (await stage.Quiescence.Status("indemnisation")).AppendedEvents;
        var since = time.GetTimestamp();
        while (journal.Count < said && time.GetElapsedTime(since) < Patience.Limit)
        {
            if (time.GetElapsedTime(since) > TimeSpan.FromSeconds(3))
            {
                stage.Announcer.WaitsFor("événements", $"{FinanceConsumer.Queue} : {journal.Count} événements reçus sur {said}, on attend les derniers…");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), time);
        }

        Expect(journal.Count == said, $"{FinanceConsumer.Queue} : {journal.Count} événements reçus, {said} annoncés par le service.");
    }

    private async Task<ConcurrentDictionary<string, CaseState>> CaseStates()
    {
        var states = new ConcurrentDictionary<string, CaseState>(StringComparer.Ordinal);
        await Stage.Together(season.Cases.Where(c => c.Case is not null), async life =>
        {
            await life.Read(season.LastDay);
            states[life.Case!.Name] = life.Case.State;
        });
        return states;
    }

    private void CompareRefusals()
    {
        foreach (var life in season.Cases)
        {
            var seen = life.Refused?.Reason ?? "";
            Expect(seen == life.Row.ExpectedReason, life.Row.InvalidOnPurpose
                ? $"{life.Row.Label} : refus attendu {life.Row.ExpectedReason}, obtenu {(seen.Length == 0 ? "aucun refus" : seen)}."
                : $"{life.Row.Label} : refusée ({seen}) : {life.Refused?.Message}");
        }
    }

    /// <summary>Σ of what the service holds = Σ of what finance heard, line by line.</summary>
    private void CompareWithEvents(List<IndemnityLine> due)
    {
        // A line is said with its session, or by itself; never both.
        var heard = journal.Events
            .Where(e => Says(e, "session_settled") || Says(e, "indemnity_calculated"))
            .SelectMany(e => e.Amounts.Select(a => (e.Sequence, a.Of, a.Cents)))
            .GroupBy(a => a.Of, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.MaxBy(a => a.Sequence).Cents, StringComparer.Ordinal);
        foreach (var line in due.Where(l => heard.GetValueOrDefault(l.Name, -1) != Cents(l)).Take(5))
        {
            mismatches.Add($"{line.Name} : {Cents(line)} centimes, {heard.GetValueOrDefault(line.Name, -1)} dans les événements.");
        }
    }

    private async Task ComparePayments(IReadOnlyList<PaymentRun> runs, List<IndemnityLine> due)
    {
        var issued = due.Where(l => l.State is LineState.Issued or LineState.Paid).Sum(Cents);
        var total = runs.Sum(r => r.Total.ToCents() ?? 0);
        var heard = journal.Events.Where(e => Says(e, "payment_run_released")).Sum(e => e.Amounts.Sum(a => a.Cents));
        Expect(issued == total, $"Lignes émises : {issued} centimes ; lots de paiement : {total}.");
        Expect(heard == total, $"Paiements émis selon les événements : {heard} centimes ; lots de paiement : {total}.");
        Expect(due.All(l => l.State is LineState.Issued or LineState.Paid), $"{due.Count(l => l.State is LineState.Calculated or LineState.Approved)} lignes liquidées n'ont pas été payées.");
        foreach (var run in runs)
        {
            var file = await closing.ReadFile(run);
            var cents = run.Total.ToCents();
            Expect(
                file is not null && file.Cents == cents && file.ControlCents == cents && file.Payments == run.PaymentCount && file.ControlPayments == file.Payments,
                $"{run.FilePath} : le fichier et le lot diffèrent ({file?.Payments} virements pour {file?.Cents} centimes, {run.PaymentCount} pour {cents} attendus).");
        }
    }

    private static bool Says(FinanceEvent e, string type) => e.Type == $"intervision.indemnisation.{type}.v1";

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            mismatches.Add(otherwise);
        }
    }

    private static bool IsHeld(SessionState state) => state is SessionState.Held || IsCertified(state);

    private static bool IsCertified(SessionState state) => state is SessionState.AttendanceCertified or SessionState.Settled;

    private static long Cents(IndemnityLine line) => line.Amount.ToCents() ?? 0;

    private static SortedDictionary<string, int> Count<T>(IEnumerable<T> all, Func<T, string> key) =>
        Sorted(all.GroupBy(key, StringComparer.Ordinal), g => g.Count());

    private static SortedDictionary<string, TValue> Sorted<T, TValue>(IEnumerable<IGrouping<string, T>> groups, Func<IGrouping<string, T>, TValue> value) =>
        new(groups.ToDictionary(g => g.Key, value, StringComparer.Ordinal), StringComparer.Ordinal);
}
