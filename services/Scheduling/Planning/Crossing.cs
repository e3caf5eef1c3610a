namespace Intervision.Scheduling.Planning;

/// <summary>
/// Puts the best of several plans together. Two good plans of a region do nine situations in ten alike; the others fall into some
/// twenty-five parts, of four situations or so, that can be exchanged one without the other. Annealing over these parts finds in a
/// tenth of a second what block after block does not in a minute (ADR 0020).
/// </summary>
internal sealed class Crossing(SearchTables t, SearchState state, BestPlans plans, long seed)
{
    // Temperatures in units of the prices.
    private const double Hot = 6;
    private const double Cold = 0.2;
    private const int TriesPerSituation = 20;
    private const int Looks = 40;
    private const int MostWidened = 3;

    private readonly double unit = Math.Max(1, t.Scale);
    private readonly List<int> part = [];
    private readonly List<int> before = [];
    private readonly HashSet<int> poles = [];
    private readonly HashSet<int> sessions = [];
    private Dice dice = new(seed ^ 0x2545F4914F6CDD1D);

    /// <returns>False when it was stopped.</returns>
    public bool Run(IReadOnlyList<int[]> others)
    {
        var length = (long)TriesPerSituation * t.Situations;
        for (var i = 0L; i < length; i++)
        {
            var other = others[dice.Below(others.Count)];
            FindPart(other);
            if (!plans.GoesOn(tried: Math.Max(1, part.Count)))
            {
                return false;
            }

            var bearable = -unit * Hot * Math.Pow(Cold / Hot, (double)i / length) * Math.Log((dice.Below(1 << 20) + 0.5) / (1 << 20));
            if (part.Count > 0 && Take(other, state.Objective + (long)bearable))
            {
                plans.Note();
            }
        }

        return true;
    }

    /// <summary>Some situation that is elsewhere in the other plan, and all that have to go with it.</summary>
    private void FindPart(int[] other)
    {
        part.Clear();
        poles.Clear();
        sessions.Clear();
        for (var look = 0; look < Looks && part.Count == 0; look++)
        {
            var s = dice.Below(t.Situations);
            if (state.DayOf[s] != other[s])
            {
                Add(s, other);
            }
        }

        Complete(other);
    }

    /// <summary>
    /// Whoever else is elsewhere in the other plan, and in one of the sessions concerned, in either plan: so every session is wholly as
    /// in one of the two.
    /// </summary>
    private void Complete(int[] other)
    {
        for (var complete = 0; part.Count > complete;)
        {
            complete = part.Count;
            foreach (var s in poles.ToArray().SelectMany(p => t.SituationsOf[p]))
            {
                if (IsElsewhere(s, other) && (sessions.Contains(Session(s, state.DayOf[s])) || sessions.Contains(Session(s, other[s]))))
                {
                    Add(s, other);
                }
            }
        }
    }

    private bool IsElsewhere(int s, int[] other) => state.DayOf[s] != other[s] && !part.Contains(s);

    private int Session(int s, int day) => day == SearchTables.Out ? SearchTables.Out : t.PoleOf[s] * t.Days + day;

    private void Add(int s, int[] other)
    {
        part.Add(s);
        poles.Add(t.PoleOf[s]);
        foreach (var session in (ReadOnlySpan<int>)[Session(s, state.DayOf[s]), Session(s, other[s])])
        {
            if (session != SearchTables.Out)
            {
                sessions.Add(session);
            }
        }
    }

    /// <summary>The part as the other plan has it, if that costs no more than it may; with what bars it, if something does.</summary>
    private bool Take(int[] other, long limit)
    {
        for (var widened = 0; ; widened++)
        {
            before.Clear();
            before.AddRange(part.Select(s => state.DayOf[s]));
            Lift();
            var barred = PlaceAll(other);
            if (barred == SearchTables.Out && state.Objective <= limit)
            {
                return true;
            }

            Lift();
            for (var i = 0; i < part.Count; i++)
            {
                if (before[i] != SearchTables.Out)
                {
                    state.Place(part[i], before[i]);
                }
            }

            if (barred == SearchTables.Out || widened == MostWidened || !Widen(barred, other))
            {
                return false;
            }
        }
    }

    private void Lift()
    {
        foreach (var s in part)
        {
            if (state.DayOf[s] != SearchTables.Out)
            {
                state.Remove(s);
            }
        }
    }

    /// <returns>A situation whose session may not be opened; none when all are placed.</returns>
    private int PlaceAll(int[] other)
    {
        foreach (var s in part)
        {
            if (other[s] == SearchTables.Out)
            {
                continue;
            }

            if (state.PlacingAdds(s, other[s]) >= SearchTables.Impossible)
            {
                return s;
            }

            state.Place(s, other[s]);
        }

        return SearchTables.Out;
    }

    /// <summary>
    /// What bars a session that the other plan has, it does not have itself: the coordinator's session elsewhere that day, or those of
    /// the month that is full. They come along.
    /// </summary>
    private bool Widen(int barred, int[] other)
    {
        var (pole, day, count) = (t.PoleOf[barred], other[barred], part.Count);
        foreach (var s in t.PolesOf[t.CoordinatorOf[pole]].Where(p => p != pole).SelectMany(p => t.SituationsOf[p]))
        {
            if (state.DayOf[s] == day && IsElsewhere(s, other))
            {
                Add(s, other);
            }
        }

        if (part.Count == count)
        {
            foreach (var s in t.SituationsOf[pole])
            {
                if (state.DayOf[s] is var at && at != SearchTables.Out && t.MonthOf[pole * t.Days + at] == t.MonthOf[pole * t.Days + day] && IsElsewhere(s, other))
                {
                    Add(s, other);
                }
            }
        }

        Complete(other);
        return part.Count > count;
    }
}
