namespace Intervision.Scheduling.Planning;

/// <summary>A plan under way: what placing or taking away one situation changes is known without looking at the rest.</summary>
internal sealed class SearchState
{
    private readonly SearchTables t;

    /// <summary>Of each situation, or <see cref="SearchTables.Out"/>.</summary>
    public readonly int[] DayOf;

    // By pôle and day: how many situations, which, and the days that have any as bits.
    public readonly byte[] Load;
    private readonly int[] members;
    private readonly int[] seatOf;
    public readonly ulong[] OpenDays;

    private readonly byte[] sessionsInMonth;
    private readonly byte[] coordinatorTaken;

    // By (pôle, expert) pair and day: the situations that wish for the expert. An expert goes where most do; by expert and day,
    // how many that is and how many pôles have each number.
    private readonly byte[] wishing;
    private readonly byte[] mostWishing;
    private readonly ushort[] polesWishing;

    public SearchState(SearchTables tables)
    {
        t = tables;
        DayOf = new int[t.Situations];
        Array.Fill(DayOf, SearchTables.Out);
        Load = new byte[t.Poles * t.Days];
        members = new int[t.Poles * t.Days * t.Seats];
        seatOf = new int[t.Situations];
        OpenDays = new ulong[t.Poles * t.Words];
        sessionsInMonth = new byte[t.Poles * t.Months];
        coordinatorTaken = new byte[t.Coordinators * t.Days];
        wishing = new byte[t.Pairs * t.Days];
        mostWishing = new byte[t.Experts * t.Days];
        polesWishing = new ushort[t.Experts * t.Days * (t.Seats + 1)];
        Objective = t.Base + t.LeftOut.Sum(price => (long)price);
        for (var p = 0; p < t.Poles; p++)
        {
            for (var d = 0; d < t.Days; d++)
            {
                if (t.Kept[p * t.Days + d])
                {
                    Open(p, d);
                }
            }
        }
    }

    /// <summary>In thousandths of a point.</summary>
    public long Objective { get; private set; }

    public int Member(int pole, int day, int seat) => members[(pole * t.Days + day) * t.Seats + seat];

    public bool IsOpen(int pole, int day) => (OpenDays[pole * t.Words + (day >> 6)] >> (day & 63) & 1) != 0;

    /// <summary>Whether a session that is not there may be opened.</summary>
    public bool MayOpen(int pole, int day) =>
        coordinatorTaken[t.CoordinatorOf[pole] * t.Days + day] == 0 && !MonthIsFull(pole, day);

    public bool CoordinatorIsTaken(int pole, int day) => coordinatorTaken[t.CoordinatorOf[pole] * t.Days + day] != 0;

    public bool MonthIsFull(int pole, int day) => sessionsInMonth[pole * t.Months + t.MonthOf[pole * t.Days + day]] >= t.SessionsPerMonth[pole];

    /// <summary>What placing an unplaced situation adds to the objective; <see cref="SearchTables.Impossible"/> or more if it may not.</summary>
    public int PlacingAdds(int situation, int day)
    {
        var cost = t.Cost(situation, day);
        if (cost == SearchTables.Impossible)
        {
            return SearchTables.Impossible;
        }

        var pole = t.PoleOf[situation];
        int load = Load[pole * t.Days + day];
        if (load == 0)
        {
            if (!IsOpen(pole, day) && !MayOpen(pole, day))
            {
                return SearchTables.Impossible;
            }

            cost += t.SessionPrice[pole * t.Days + day];
        }

        if (load >= t.Most[pole])
        {
            return SearchTables.Impossible;
        }

        return cost + (load >= t.Normal[pole] ? t.Crowded : 0) - ExpertsGained(situation, day) - t.LeftOut[situation];
    }

    /// <summary>What taking a placed situation away adds to the objective.</summary>
    public int RemovingAdds(int situation)
    {
        var day = DayOf[situation];
        var pole = t.PoleOf[situation];
        int load = Load[pole * t.Days + day];
        var saved = t.Cost(situation, day)
            + (load == 1 ? t.SessionPrice[pole * t.Days + day] : 0)
            + (load > t.Normal[pole] ? t.Crowded : 0);
        return t.LeftOut[situation] + ExpertsLost(situation, day) - saved;
    }

    public void Place(int situation, int day)
    {
        Objective += PlacingAdds(situation, day);
        var pole = t.PoleOf[situation];
        var at = pole * t.Days + day;
        if (Load[at] == 0 && !t.Kept[at])
        {
            Open(pole, day);
        }

        seatOf[situation] = Load[at];
        members[at * t.Seats + Load[at]++] = situation;
        DayOf[situation] = day;
        for (var i = t.WishAt[situation]; i < t.WishAt[situation + 1]; i++)
        {
            var of = t.WishedExpert[i] * t.Days + day;
            var before = wishing[t.WishedPair[i] * t.Days + day]++;
            polesWishing[of * (t.Seats + 1) + before + 1]++;
            if (before > 0)
            {
                polesWishing[of * (t.Seats + 1) + before]--;
            }

            mostWishing[of] = Math.Max(mostWishing[of], (byte)(before + 1));
        }
    }

    public void Remove(int situation)
    {
        Objective += RemovingAdds(situation);
        var day = DayOf[situation];
        var pole = t.PoleOf[situation];
        var at = pole * t.Days + day;
        var last = members[at * t.Seats + --Load[at]];
        members[at * t.Seats + seatOf[situation]] = last;
        seatOf[last] = seatOf[situation];
        DayOf[situation] = SearchTables.Out;
        if (Load[at] == 0 && !t.Kept[at])
        {
            Close(pole, day);
        }

        for (var i = t.WishAt[situation]; i < t.WishAt[situation + 1]; i++)
        {
            var of = t.WishedExpert[i] * t.Days + day;
            var before = wishing[t.WishedPair[i] * t.Days + day]--;
            polesWishing[of * (t.Seats + 1) + before]--;
            if (before > 1)
            {
                polesWishing[of * (t.Seats + 1) + before - 1]++;
            }

            if (mostWishing[of] == before && polesWishing[of * (t.Seats + 1) + before] == 0)
            {
                mostWishing[of]--;
            }
        }
    }

    /// <summary>Becomes a plan that was met before.</summary>
    public void Become(int[] days)
    {
        // All out before any goes back: a session is full, and a coordinator taken, until whoever came has left.
        for (var s = 0; s < days.Length; s++)
        {
            if (DayOf[s] != days[s] && DayOf[s] != SearchTables.Out)
            {
                Remove(s);
            }
        }

        for (var s = 0; s < days.Length; s++)
        {
            if (DayOf[s] != days[s])
            {
                Place(s, days[s]);
            }
        }
    }

    private int ExpertsGained(int situation, int day)
    {
        var gained = 0;
        for (var i = t.WishAt[situation]; i < t.WishAt[situation + 1]; i++)
        {
            var of = t.WishedExpert[i] * t.Days + day;
            gained += wishing[t.WishedPair[i] * t.Days + day] == mostWishing[of] ? t.ExpertPrice[of] : 0;
        }

        return gained;
    }

    private int ExpertsLost(int situation, int day)
    {
        var lost = 0;
        for (var i = t.WishAt[situation]; i < t.WishAt[situation + 1]; i++)
        {
            var of = t.WishedExpert[i] * t.Days + day;
            int here = wishing[t.WishedPair[i] * t.Days + day];
            lost += here == mostWishing[of] && polesWishing[of * (t.Seats + 1) + here] == 1 ? t.ExpertPrice[of] : 0;
        }

        return lost;
    }

    private void Open(int pole, int day)
    {
        sessionsInMonth[pole * t.Months + t.MonthOf[pole * t.Days + day]]++;
        coordinatorTaken[t.CoordinatorOf[pole] * t.Days + day]++;
        OpenDays[pole * t.Words + (day >> 6)] |= 1UL << (day & 63);
    }

    private void Close(int pole, int day)
    {
        sessionsInMonth[pole * t.Months + t.MonthOf[pole * t.Days + day]]--;
        coordinatorTaken[t.CoordinatorOf[pole] * t.Days + day]--;
        OpenDays[pole * t.Words + (day >> 6)] &= ~(1UL << (day & 63));
    }
}
