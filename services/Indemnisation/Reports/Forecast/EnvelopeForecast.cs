namespace Intervision.Indemnisation.Reports.Forecast;

/// <summary>A session still to be certified.</summary>
internal sealed record SessionAhead(string Name, DateOnly Date, string Pole, long CommittedCents);

/// <summary>A session certified, and what its lines came to.</summary>
internal sealed record SessionLearnt(string Pole, long Cents);

/// <summary>What is known on the day of the forecast.</summary>
/// <param name="AvailableCents">Granted less what is recorded or calculated.</param>
/// <param name="Cancelled">Sessions that were cancelled while the learnt ones were held.</param>
internal sealed record SeasonSoFar(
    DateOnly Today, long AvailableCents, IReadOnlyList<SessionAhead> Ahead, IReadOnlyList<SessionLearnt> Learnt, int Cancelled);

/// <summary>What is to be expected; dates absent when the chance stays below them all year.</summary>
internal sealed record Outlook
{
    public double CancellationRate { get; init; }

    public long MeanCostCents { get; init; }

    public double ExhaustionProbability { get; init; }

    public DateOnly? Early { get; init; }

    public DateOnly? Median { get; init; }

    public DateOnly? Late { get; init; }

    public long ExpectedBalanceCents { get; init; }

    public long LowBalanceCents { get; init; }

    public long HighBalanceCents { get; init; }

    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>
/// The rest of the year played a thousand times (ADR 0035). In each, every session ahead is held or cancelled as sessions of
/// the season were, and costs what one that was held did: one of its own pôle the more surely the more it has held, else one of
/// any. Each year played learns from its own redraw of the sessions held, so that few of them make the forecast less sure.
/// A cost is never negative and never depends on the other sessions: one session more never makes the envelope last longer, nor
/// one euro more shorter.
/// </summary>
internal static class EnvelopeForecast
{
    public const int Paths = 1_000;

    /// <summary>A pôle that has held as many sessions is as good a guide as all pôles together.</summary>
    private const int OwnPoleWeight = 4;

    private const int Cancels = 1, ChoosesPole = 2, ChoosesSession = 3, Redraws = 4;

    public static Outlook Of(SeasonSoFar season)
    {
        var costs = new Costs(season);
        // One session in ten cancelled, until the season says otherwise.
        var cancellation = (1.0 + season.Cancelled) / (10 + season.Cancelled + season.Learnt.Count);
        var ahead = season.Ahead.Select(s => (Key: Draws.KeyOf(s.Name), Day: s.Date < season.Today ? season.Today : s.Date, s.Pole))
            .OrderBy(s => s.Day).ToList();
        var balances = new long[Paths];
        var days = new DateOnly[Paths];
        for (var path = 0; path < Paths; path++)
        {
            var left = season.AvailableCents;
            var exhausted = left <= 0 ? season.Today : DateOnly.MaxValue;
            foreach (var (key, day, pole) in ahead)
            {
                if (Draws.Share(key, path, Cancels) < cancellation)
                {
                    continue;
                }

                left = checked(left - costs.Draw(key, path, pole));
                if (left <= 0 && exhausted == DateOnly.MaxValue)
                {
                    exhausted = day;
                }
            }

            (balances[path], days[path]) = (left, exhausted);
        }

        Array.Sort(balances);
        Array.Sort(days);
        return new Outlook
        {
            CancellationRate = cancellation,
            MeanCostCents = costs.MeanCents,
            ExhaustionProbability = days.Count(d => d != DateOnly.MaxValue) / (double)Paths,
            Early = At(days, 10),
            Median = At(days, 50),
            Late = At(days, 90),
            ExpectedBalanceCents = (long)Math.Round(balances.Average(b => (decimal)b), MidpointRounding.AwayFromZero),
            LowBalanceCents = balances[Paths / 10 - 1],
            HighBalanceCents = balances[Paths * 9 / 10 - 1],
            Remarks = Remarks(season, costs),
        };
    }

    /// <summary>The first day by which that many in a hundred played years had exhausted it.</summary>
    private static DateOnly? At(DateOnly[] sorted, int percent) =>
        sorted[Paths * percent / 100 - 1] is var day && day == DateOnly.MaxValue ? null : day;

    private static IReadOnlyList<string> Remarks(SeasonSoFar season, Costs costs)
    {
        var remarks = new List<string>();
        if (season.Learnt.Count == 0)
        {
            remarks.Add(costs.IsKnown ? "NO_SESSION_SETTLED" : "NO_COST_KNOWN");
        }

        if (season.Ahead.Count == 0)
        {
            remarks.Add("NO_SESSION_AHEAD");
        }

        return remarks;
    }

    /// <summary>What sessions cost: learnt from those held; before the first one, from what was committed for those convened.</summary>
    private sealed class Costs
    {
        private readonly long[] all;
        private readonly Dictionary<string, (long[] Cents, ulong Key)> ofPole;

        public Costs(SeasonSoFar season)
        {
            all = season.Learnt.Count > 0
                ? [.. season.Learnt.Select(l => l.Cents).Order()]
                : [.. season.Ahead.Where(s => s.CommittedCents > 0).Select(s => s.CommittedCents).Order()];
            ofPole = season.Learnt.GroupBy(l => l.Pole, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => (g.Select(l => l.Cents).Order().ToArray(), Draws.KeyOf(g.Key)), StringComparer.Ordinal);
        }

        public bool IsKnown => all.Length > 0;

        public long MeanCents => IsKnown ? (long)Math.Round(all.Average(c => (decimal)c), MidpointRounding.AwayFromZero) : 0;

        public long Draw(ulong session, int path, string pole)
        {
            if (ofPole.TryGetValue(pole, out var own)
                && Draws.Share(session, path, ChoosesPole) * (own.Cents.Length + OwnPoleWeight) < own.Cents.Length)
            {
                return Pick(own.Cents, own.Key, session, path);
            }

            return IsKnown ? Pick(all, 0, session, path) : 0;
        }

        /// <summary>One of this path's redraw: place j of the redraw holds the same session for everybody who draws j.</summary>
        private static long Pick(long[] cents, ulong pool, ulong session, int path)
        {
            var place = Draws.Below(cents.Length, session, path, ChoosesSession);
            var held = Draws.Below(cents.Length, unchecked(pool ^ ((ulong)place * 0xA24BAED4963EE407UL)), path, Redraws);
            return Math.Max(0, cents[held]);
        }
    }
}
