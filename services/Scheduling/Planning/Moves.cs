namespace Intervision.Scheduling.Planning;

/// <summary>
/// The changes the search tries, each about one situation. Taken when it is worth it, or by chance when it is not, the less likely the
/// more it costs and the colder it is (Metropolis).
/// </summary>
internal sealed class Moves
{
    private readonly SearchTables t;
    private readonly SearchState state;
    private readonly double[] patience = new double[4096];
    private readonly List<(int Situation, int Day)> journal = [];
    private readonly List<int> ejected = [];
    private readonly DayChoice days;
    private Dice dice;

    public Moves(SearchTables tables, SearchState state, long seed)
    {
        t = tables;
        this.state = state;
        dice = new Dice(~seed);
        days = new DayChoice(tables, state, new Dice(seed ^ 0x5DEECE66D));
        for (var i = 0; i < patience.Length; i++)
        {
            patience[i] = -Math.Log((i + 0.5) / patience.Length);
        }
    }

    /// <summary>In thousandths of a point: what a move may cost on average.</summary>
    public double Temperature { get; set; }

    /// <returns>Whether anything changed.</returns>
    public bool Try(int situation) => dice.Below(100) switch
    {
        < 2 => Rebuild(situation, close: true, open: false),
        < 16 => Rebuild(situation, close: true, open: true),
        < 20 => Rebuild(situation, close: false, open: true),
        < 40 => Swap(situation),
        < 70 => Relocate(situation, days.RandomOpen(situation)),
        _ => Relocate(situation, days.Random(situation)),
    };

    private bool Relocate(int s, int day)
    {
        var from = state.DayOf[s];
        if (day == from || day == SearchTables.Out)
        {
            return false;
        }

        var adds = state.PlacingAdds(s, day);
        if (adds == SearchTables.Impossible || adds + (from == SearchTables.Out ? 0 : state.RemovingAdds(s)) > Bearable())
        {
            return false;
        }

        Clear(s);
        state.Place(s, day);
        return true;
    }

    /// <summary>Two situations of a pôle change places; one that has no place takes another's, who goes where there is room or out.</summary>
    private bool Swap(int s)
    {
        var (pole, from, day) = (t.PoleOf[s], state.DayOf[s], days.RandomOpen(s));
        if (day == from || day == SearchTables.Out || state.Load[pole * t.Days + day] == 0)
        {
            return false;
        }

        var other = state.Member(pole, day, dice.Below(state.Load[pole * t.Days + day]));
        if (from != SearchTables.Out && t.Cost(other, from) == SearchTables.Impossible)
        {
            return false;
        }

        var limit = state.Objective + Bearable();
        Begin();
        Lift(s);
        Lift(other);
        Settle(s, day);
        Settle(other, from == SearchTables.Out ? days.BestOpen(other).Day : from);
        return KeepIf(state.Objective <= limit);
    }

    /// <summary>
    /// Gives up the session of a situation, opens one on another of its days, or both, which moves it. The new one draws whoever is
    /// better there; those without a session go to the best that has room.
    /// </summary>
    private bool Rebuild(int s, bool close, bool open)
    {
        var (pole, from) = (t.PoleOf[s], state.DayOf[s]);
        var day = open ? days.Random(s) : SearchTables.Out;
        close &= from != SearchTables.Out;
        if (open ? state.IsOpen(pole, day) : !close)
        {
            return false;
        }

        var anywhere = dice.Below(8) == 0;
        if (open && from != SearchTables.Out && !anywhere && IsBarred(pole, day, close ? from : SearchTables.Out))
        {
            return false;
        }

        var limit = state.Objective + Bearable();
        Begin();
        Lift(s);
        if (close)
        {
            Eject(pole, from);
        }

        if (open)
        {
            if (!MakeRoom(pole, day))
            {
                return KeepIf(false);
            }

            Settle(s, day);
            Draw(pole, day);
        }
        else
        {
            ejected.Add(s);
        }

        foreach (var other in ejected)
        {
            if (state.DayOf[other] == SearchTables.Out)
            {
                Settle(other, anywhere ? days.Best(other) : days.BestOpen(other).Day);
            }
        }

        return KeepIf(state.Objective <= limit);
    }

    private bool IsBarred(int pole, int day, int closed) =>
        state.CoordinatorIsTaken(pole, day)
        || (state.MonthIsFull(pole, day)
            && (closed == SearchTables.Out || t.MonthOf[pole * t.Days + closed] != t.MonthOf[pole * t.Days + day] || t.Kept[pole * t.Days + closed]));

    /// <summary>Gives up what bars a session: those the coordinator has elsewhere that day, and one of the month if it is full.</summary>
    private bool MakeRoom(int pole, int day)
    {
        if (state.CoordinatorIsTaken(pole, day))
        {
            foreach (var other in t.PolesOf[t.CoordinatorOf[pole]])
            {
                Eject(other, day);
            }
        }

        if (state.MonthIsFull(pole, day))
        {
            var closed = days.RandomOfMonth(pole, t.MonthOf[pole * t.Days + day]);
            if (closed != SearchTables.Out)
            {
                Eject(pole, closed);
            }
        }

        return state.MayOpen(pole, day);
    }

    private void Eject(int pole, int day)
    {
        for (int seat = state.Load[pole * t.Days + day]; seat > 0; seat--)
        {
            var other = state.Member(pole, day, seat - 1);
            Lift(other);
            ejected.Add(other);
        }
    }

    private void Draw(int pole, int day)
    {
        foreach (var other in ejected)
        {
            var here = state.PlacingAdds(other, day);
            if (here != SearchTables.Impossible && here <= days.BestOpen(other).Adds)
            {
                Settle(other, day);
            }
        }

        foreach (var other in t.Takers[pole * t.Days + day])
        {
            var from = state.DayOf[other];
            if (from != day && from != SearchTables.Out && state.PlacingAdds(other, day) + state.RemovingAdds(other) < 0)
            {
                Lift(other);
                Settle(other, day);
            }
        }
    }

    private int Bearable() => (int)(Temperature * patience[dice.Below(patience.Length)]);

    private void Begin()
    {
        journal.Clear();
        ejected.Clear();
    }

    private void Clear(int s)
    {
        if (state.DayOf[s] != SearchTables.Out)
        {
            state.Remove(s);
        }
    }

    private void Lift(int s)
    {
        journal.Add((s, state.DayOf[s]));
        Clear(s);
    }

    private void Settle(int s, int day)
    {
        if (day != SearchTables.Out && state.PlacingAdds(s, day) != SearchTables.Impossible)
        {
            state.Place(s, day);
        }
    }

    private bool KeepIf(bool worthIt)
    {
        if (worthIt)
        {
            return true;
        }

        // All out before any goes back: a session is full, and a coordinator taken, until whoever came has left. A situation lifted
        // twice goes back to where it was first.
        foreach (var (situation, _) in journal)
        {
            Clear(situation);
        }

        foreach (var (situation, day) in journal)
        {
            if (day != SearchTables.Out && state.DayOf[situation] == SearchTables.Out)
            {
                state.Place(situation, day);
            }
        }

        return false;
    }
}
