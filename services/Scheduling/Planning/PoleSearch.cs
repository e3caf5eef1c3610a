namespace Intervision.Scheduling.Planning;

/// <summary>
/// The best plan of a pôle alone, and the proof that none is better (ADR 0027). The bound says which days are worth a session, the seating
/// what they make of a plan; a day that would bring the bound up to the best plan is decided, and where doubt remains both ways are gone.
/// </summary>
internal sealed class PoleSearch
{
    // Found by measurement (docs/benchmarks.md, "Planner").
    private static readonly Effort First = new(Steps: 400, Stride: 1.8, Patience: 15, PlanEvery: 10, Weight: 0.05);
    private static readonly Effort Later = new(Steps: 30, Stride: 0.9, Patience: 8, PlanEvery: 30, Weight: 0.1);
    private const double LeastStride = 0.01;

    /// <summary>Beyond that, annealing takes over: a proof is not worth every effort.</summary>
    private const int MostBounds = 50_000;

    private readonly LonePole pole;
    private readonly SearchState state;
    private readonly BestPlans plans;
    private readonly PoleBound bound;
    private readonly Seating seating;
    private readonly Stack<int> decided = new();
    private readonly int[] days;
    private long best;
    private int bounds;
    private bool stopped;

    public PoleSearch(SearchTables tables, LonePole pole, SearchState state, BestPlans plans)
    {
        this.pole = pole;
        this.state = state;
        this.plans = plans;
        bound = new PoleBound(pole);
        seating = new Seating(pole);
        days = new int[tables.Situations];
        best = state.Objective - (tables.Base + tables.LeftOut.Sum(price => (long)price) - pole.LeftOut.Sum(price => (long)price));
    }

    /// <summary>Whether no plan is better than the best met.</summary>
    public bool Proven { get; private set; }

    /// <returns>False when it was stopped.</returns>
    public bool Run()
    {
        var doubt = new Doubt([.. Enumerable.Range(0, pole.Situations.Length).Select(UsualFee)], new double[pole.Days.Length]);
        if (MayBeBetter(doubt, First))
        {
            Divide(doubt);
        }

        Proven = !stopped && bounds < MostBounds;
        if (Proven)
        {
            plans.Tell();
        }

        return !stopped;
    }

    private bool Ended => stopped || bounds >= MostBounds;

    /// <summary>What it costs on its best day, and its part of the session.</summary>
    private int UsualFee(int situation)
    {
        var fee = pole.LeftOut[situation];
        for (var d = 0; d < pole.Days.Length; d++)
        {
            fee = Math.Min(fee, pole.Cost(situation, d) + pole.SessionPrice[d] / Math.Max(1, pole.Normal));
        }

        return fee;
    }

    /// <summary>Both ways a day can be decided, the more promising first: what it finds shortens the other.</summary>
    private void Divide(Doubt doubt)
    {
        var day = MostDoubtful(doubt);
        if (day < 0)
        {
            TryPlan();
            return;
        }

        foreach (var way in (ReadOnlySpan<sbyte>)[PoleBound.Open, PoleBound.Closed])
        {
            var before = decided.Count;
            Decide(day, way);
            var rest = new Doubt([.. doubt.Fees], [.. doubt.Held]);
            if (MayBeBetter(rest, Later) && !Ended)
            {
                Divide(rest);
            }

            while (decided.Count > before)
            {
                bound.Said[decided.Pop()] = PoleBound.Undecided;
            }

            if (Ended)
            {
                return;
            }
        }
    }

    /// <summary>Held about every other time, by many.</summary>
    private int MostDoubtful(Doubt doubt)
    {
        var (chosen, most) = (-1, -1.0);
        for (var d = 0; d < pole.Days.Length; d++)
        {
            var doubtful = (0.5 - Math.Abs(doubt.Held[d] - 0.5)) * bound.Seats[d];
            if (bound.Said[d] == PoleBound.Undecided && doubtful > most)
            {
                (chosen, most) = (d, doubtful);
            }
        }

        return chosen;
    }

    private void Decide(int day, sbyte way)
    {
        bound.Said[day] = way;
        decided.Push(day);
    }

    /// <summary>
    /// Raises the bound step by step: who sits nowhere pays more, who sits twice pays less (subgradient method, Polyak's step). On the way plans
    /// are tried, and days decided that can only be as they are.
    /// </summary>
    /// <returns>False when no plan with the days as decided is better than the best.</returns>
    private bool MayBeBetter(Doubt doubt, Effort effort)
    {
        var (fees, highest, since, stride) = (doubt.Fees.ToArray(), long.MinValue, 0, effort.Stride);
        for (var step = 0; step < effort.Steps && stride >= LeastStride && !Ended; step++)
        {
            var at = Reckon(fees);
            if (!IsBetter(at))
            {
                return false;
            }

            doubt.Remember(bound.Held, effort.Weight);
            (highest, since) = at > highest ? (at, 0) : (highest, since + 1);
            if (since == 0)
            {
                fees.CopyTo(doubt.Fees, 0);
            }
            else if (since == effort.Patience)
            {
                (stride, since) = (stride / 2, 0);
                doubt.Fees.CopyTo(fees, 0);
                continue;
            }

            if (step % effort.PlanEvery == 0)
            {
                TryPlan();
            }

            DecideWhatIsSure(at);
            if (!Change(fees, at, stride))
            {
                TryPlan();
                break;
            }
        }

        return true;
    }

    private long Reckon(int[] fees)
    {
        stopped |= !plans.GoesOn(tried: pole.Situations.Length);
        bounds++;
        return bound.Of(fees);
    }

    private bool IsBetter(long at) => at <= best - pole.Grain;

    private void DecideWhatIsSure(long at)
    {
        for (var d = 0; d < pole.Days.Length; d++)
        {
            if (bound.Said[d] == PoleBound.Undecided && !IsBetter(bound.Otherwise(at, d)))
            {
                Decide(d, bound.Held[d] ? PoleBound.Open : PoleBound.Closed);
            }
        }
    }

    /// <returns>False when everybody sits once, or is out.</returns>
    private bool Change(int[] fees, long at, double stride)
    {
        var wrong = 0;
        for (var s = 0; s < fees.Length; s++)
        {
            var missing = 1 - bound.Times[s];
            wrong += missing > 0 && fees[s] == pole.LeftOut[s] ? 0 : missing * missing;
        }

        if (wrong == 0)
        {
            return false;
        }

        var by = stride * Math.Max(pole.Grain, best - at) / wrong;
        for (var s = 0; s < fees.Length; s++)
        {
            fees[s] = (int)Math.Clamp(fees[s] + Math.Round(by * (1 - bound.Times[s])), -SearchTables.Impossible, pole.LeftOut[s]);
        }

        return true;
    }

    private void TryPlan()
    {
        var price = seating.Best(bound.Held);
        if (price < best)
        {
            best = price;
            seating.CopyTo(days);
            state.Become(days);
            plans.Note();
        }
    }

    /// <summary>What is known of the plans with some days decided: the fees of their highest bound, and how often it holds each day.</summary>
    private sealed record Doubt(int[] Fees, double[] Held)
    {
        public void Remember(bool[] held, double weight)
        {
            for (var d = 0; d < held.Length; d++)
            {
                Held[d] += weight * ((held[d] ? 1 : 0) - Held[d]);
            }
        }
    }

    /// <param name="Stride">The part of what is missing to the best plan that a step makes for; halved where it gets no further.</param>
    /// <param name="Patience">Steps without a higher bound.</param>
    /// <param name="PlanEvery">Steps from one plan tried to the next.</param>
    /// <param name="Weight">Of the last step in how often a day is held.</param>
    private sealed record Effort(int Steps, double Stride, int Patience, int PlanEvery, double Weight);
}
