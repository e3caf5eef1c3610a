namespace Intervision.Scheduling.Planning;

/// <summary>
/// The problem as flat arrays, so that the search touches little memory: all prices in thousandths of a point, a (pôle, day) or
/// (expert, day) being one number.
/// </summary>
internal sealed class SearchTables
{
    /// <summary>Price of a day a situation may not be placed on; so far above every real price that no move ever takes it.</summary>
    public const int Impossible = 100_000_000;

    /// <summary>The day of a situation that is left out.</summary>
    public const int Out = -1;

    public readonly int Days;
    public readonly int Words;
    public readonly int Months;
    public readonly int Situations;
    public readonly int Poles;
    public readonly int Coordinators;
    public readonly int Experts;

    /// <summary>Situations a session of any pôle takes at most.</summary>
    public readonly int Seats;

    // By situation.
    public readonly int[] PoleOf;
    public readonly int[] LeftOut;
    public readonly int[][] Candidates;
    private readonly int[] first;
    private readonly int[] length;
    private readonly int[] costAt;
    private readonly int[] cost;
    public readonly ulong[] CandidateWords;

    /// <summary>Of situation s, from WishAt[s] to WishAt[s + 1]: who is wished for, as an expert and as the (pôle, expert) pair.</summary>
    public readonly int[] WishAt;
    public readonly int[] WishedExpert;
    public readonly int[] WishedPair;

    // By pôle, or by pôle and day.
    public readonly int[] MonthOf;
    public readonly int[] CoordinatorOf;
    public readonly int[] SessionsPerMonth;
    public readonly int[] Normal;
    public readonly int[] Most;
    public readonly int[][] SituationsOf;
    public readonly int[][] PolesOf;
    public readonly int[] SessionPrice;
    public readonly bool[] Kept;

    /// <summary>The situations that may be placed on a (pôle, day).</summary>
    public readonly int[][] Takers;

    // By expert and day: what attending is worth, nothing when away.
    public readonly int[] ExpertPrice;
    public readonly int Crowded;
    public readonly int Pairs;

    /// <summary>The size of a usual difference between two plans, a point with the prices of the issue: what the temperature is measured in.</summary>
    public readonly int Scale;

    /// <summary>What every plan costs, whatever it says.</summary>
    public readonly long Base;

    public SearchTables(PlanningProblem problem)
    {
        var prices = problem.Prices;
        Days = problem.Days;
        Words = (Days + 63) / 64;
        Situations = problem.Situations.Count;
        Poles = problem.Poles.Count;
        Coordinators = problem.Coordinators.Count;
        Experts = problem.Experts.Count;
        Seats = problem.Poles.Select(p => p.Most).DefaultIfEmpty(0).Max();
        (MonthOf, Months) = MonthsOf(problem);
        Crowded = Thousandths(prices.Crowded);
        Scale = Thousandths((prices.Session + prices.Crowded + prices.Gp + prices.Expert) / 30);

        CoordinatorOf = [.. problem.Poles.Select(p => p.Coordinator)];
        SessionsPerMonth = [.. problem.Poles.Select(p => p.SessionsPerMonth)];
        Normal = [.. problem.Poles.Select(p => p.Normal)];
        Most = [.. problem.Poles.Select(p => p.Most)];
        Kept = new bool[Poles * Days];
        SessionPrice = new int[Poles * Days];
        Base = PriceSessions(problem);

        PoleOf = [.. problem.Situations.Select(s => s.Pole)];
        LeftOut = [.. problem.Situations.Select(s => s.Pinned
            ? Impossible
            : Thousandths(prices.LeftOut + (s.CurrentDay is null ? 0 : prices.ChangedSituation)))];
        Candidates = [.. problem.Situations.Select(s => Placing.DaysFor(problem, s).ToArray())];
        first = [.. Candidates.Select(days => days.FirstOrDefault())];
        length = [.. Candidates.Select(days => days.Length == 0 ? 0 : days[^1] - days[0] + 1)];
        costAt = new int[Situations];
        for (var s = 1; s < Situations; s++)
        {
            costAt[s] = costAt[s - 1] + length[s - 1];
        }

        cost = new int[length.Sum()];
        Array.Fill(cost, Impossible);
        CandidateWords = new ulong[Situations * Words];
        FillCosts(problem);

        SituationsOf = Grouped(Poles, Enumerable.Range(0, Situations).Select(s => (PoleOf[s], s)));
        PolesOf = Grouped(Coordinators, CoordinatorOf.Index().Select(p => (p.Item, p.Index)));
        Takers = Grouped(Poles * Days, Enumerable.Range(0, Situations).SelectMany(s => Candidates[s].Select(d => (PoleOf[s] * Days + d, s))));

        ExpertPrice = new int[Experts * Days];
        for (var e = 0; e < Experts; e++)
        {
            foreach (var day in problem.Experts[e].Days().Where(d => d < Days))
            {
                ExpertPrice[e * Days + day] = Thousandths(prices.Expert);
            }
        }

        (WishAt, WishedExpert, WishedPair, Pairs) = Wishes(problem);
    }

    /// <summary>Price of a situation on a day it may be placed on, but for its session and its experts; <see cref="Impossible"/> on others.</summary>
    public int Cost(int situation, int day)
    {
        var offset = day - first[situation];
        return unchecked((uint)offset) < (uint)length[situation] ? cost[costAt[situation] + offset] : Impossible;
    }

    /// <summary>Months, or whatever a pôle counts its sessions by, as numbers from 0 on.</summary>
    private static (int[] Of, int Most) MonthsOf(PlanningProblem problem)
    {
        var (of, most) = (new int[problem.Poles.Count * problem.Days], 0);
        for (var pole = 0; pole < problem.Poles.Count; pole++)
        {
            var numbers = new Dictionary<int, int>();
            for (var day = 0; day < problem.Days; day++)
            {
                var period = problem.PeriodOf(pole, day);
                numbers.TryAdd(period, numbers.Count);
                of[pole * problem.Days + day] = numbers[period];
            }

            most = Math.Max(most, numbers.Count);
        }

        return (of, most);
    }

    private static int Thousandths(double points) => (int)Math.Round(points * 1000);

    private long PriceSessions(PlanningProblem problem)
    {
        foreach (var (pole, day) in problem.StandingSessions())
        {
            Kept[pole * Days + day] = true;
        }

        var (session, changed) = (Thousandths(problem.Prices.Session), Thousandths(problem.Prices.ChangedSession));
        var whatever = 0L;
        for (var p = 0; p < Poles; p++)
        {
            var pole = problem.Poles[p];
            for (var d = 0; d < Days; d++)
            {
                // Giving a current session up costs: the same as every plan paying for it and those that keep it getting it back.
                var current = pole.CurrentSessions.Contains(d);
                SessionPrice[p * Days + d] = Kept[p * Days + d] ? 0 : current ? session - changed : session + changed;
                whatever += current && !Kept[p * Days + d] ? changed : 0;
            }
        }

        return whatever;
    }

    private void FillCosts(PlanningProblem problem)
    {
        for (var s = 0; s < Situations; s++)
        {
            foreach (var day in Candidates[s])
            {
                cost[costAt[s] + day - first[s]] = Thousandths(Placing.Price(problem, problem.Situations[s], day));
                CandidateWords[s * Words + (day >> 6)] |= 1UL << (day & 63);
            }
        }
    }

    private (int[] At, int[] Experts, int[] Pairs, int Count) Wishes(PlanningProblem problem)
    {
        var pairs = new Dictionary<(int Pole, int Expert), int>();
        var at = new int[Situations + 1];
        var experts = new List<int>();
        var wished = new List<int>();
        for (var s = 0; s < Situations; s++)
        {
            foreach (var e in problem.Situations[s].Experts.Distinct())
            {
                var key = (PoleOf[s], e);
                if (!pairs.TryGetValue(key, out var pair))
                {
                    pairs[key] = pair = pairs.Count;
                }

                experts.Add(e);
                wished.Add(pair);
            }

            at[s + 1] = experts.Count;
        }

        return (at, [.. experts], [.. wished], pairs.Count);
    }

    private static int[][] Grouped(int count, IEnumerable<(int Key, int Value)> entries)
    {
        var lists = new List<int>?[count];
        foreach (var (key, value) in entries)
        {
            (lists[key] ??= []).Add(value);
        }

        return [.. lists.Select(l => l?.ToArray() ?? [])];
    }
}
