namespace Intervision.Scheduling.Planning;

/// <summary>
/// What no plan of a pôle is below. That each situation comes once is no rule here but a fee that it pays: a session takes whoever pays
/// more than they cost, without asking whether they sit elsewhere, and a month holds the sessions that gain most. The fees of all less
/// those gains are a lower bound whatever the fees (Lagrangian relaxation), exact since all numbers are whole; the art is in the fees.
/// </summary>
internal sealed class PoleBound
{
    public const sbyte Open = 1, Undecided = 0, Closed = -1;

    /// <summary>Higher than any plan: no plan has these sessions.</summary>
    public const long None = long.MaxValue / 4;

    private readonly LonePole pole;
    private readonly int[] picked;
    private readonly int[] rest;
    private readonly long[] value;
    private readonly int[] left;
    private readonly long[] dearest;
    private readonly long[] next;

    public PoleBound(LonePole pole)
    {
        this.pole = pole;
        picked = new int[pole.Days.Length * pole.Most];
        rest = new int[pole.Most];
        value = new long[pole.Days.Length];
        left = new int[pole.Room.Length];
        dearest = new long[pole.Room.Length];
        next = new long[pole.Room.Length];
        Said = [.. pole.Stands.Select(stands => stands ? Open : Undecided)];
        Held = new bool[pole.Days.Length];
        Seats = new int[pole.Days.Length];
        Times = new int[pole.Situations.Length];
    }

    /// <summary>By day: whether it is said to have a session.</summary>
    public readonly sbyte[] Said;

    /// <summary>By day: whether it has one in what the bound was last made of, and how many situations it would take.</summary>
    public readonly bool[] Held;
    public readonly int[] Seats;

    /// <summary>By situation: in how many of these sessions it sits.</summary>
    public readonly int[] Times;

    /// <summary>The bound of all plans that have sessions as said.</summary>
    /// <param name="fees">None above what leaving the situation out costs.</param>
    public long Of(ReadOnlySpan<int> fees)
    {
        var sum = 0L;
        foreach (var fee in fees)
        {
            sum += fee;
        }

        pole.Room.CopyTo(left, 0);
        for (var d = 0; d < Said.Length; d++)
        {
            Held[d] = Said[d] == Open;
            if (Said[d] != Closed)
            {
                Pick(d, fees);
            }

            if (Held[d])
            {
                sum += value[d];
                left[pole.MonthOf[d]] -= pole.Stands[d] ? 0 : 1;
            }
        }

        if (!Hold(ref sum))
        {
            return None;
        }

        CountTimes();
        return sum;
    }

    /// <summary>The bound of those plans that, moreover, have an undecided day the other way than <see cref="Held"/>.</summary>
    public long Otherwise(long bound, int day) =>
        bound + (Held[day] ? next[pole.MonthOf[day]] - value[day] : value[day] - dearest[pole.MonthOf[day]]);

    /// <summary>Those who pay most above their cost, as long as that is more than the crowd costs.</summary>
    private void Pick(int day, ReadOnlySpan<int> fees)
    {
        var seats = picked.AsSpan(day * pole.Most, pole.Most);
        var count = 0;
        foreach (var s in pole.Takers[day])
        {
            var cost = pole.Cost(s, day) - fees[s];
            if (cost >= (count == pole.Most ? rest[count - 1] : 0))
            {
                continue;
            }

            count += count == pole.Most ? 0 : 1;
            var at = count - 1;
            for (; at > 0 && rest[at - 1] > cost; at--)
            {
                (rest[at], seats[at]) = (rest[at - 1], seats[at - 1]);
            }

            (rest[at], seats[at]) = (cost, s);
        }

        (value[day], Seats[day]) = (pole.SessionPrice[day], 0);
        while (Seats[day] < count && rest[Seats[day]] + Crowd(Seats[day]) < 0)
        {
            value[day] += rest[Seats[day]] + Crowd(Seats[day]);
            Seats[day]++;
        }
    }

    private int Crowd(int seat) => seat >= pole.Normal ? pole.Crowded : 0;

    /// <summary>Of the undecided days of each month, those that gain most, as many as there is room for.</summary>
    private bool Hold(ref long sum)
    {
        for (var from = 0; from < Said.Length;)
        {
            var (month, end) = (pole.MonthOf[from], from);
            while (end < Said.Length && pole.MonthOf[end] == month)
            {
                end++;
            }

            if (left[month] < 0)
            {
                return false;
            }

            dearest[month] = left[month] > 0 ? 0 : -None;
            for (var best = Gaining(from, end); best >= 0 && left[month] > 0; best = Gaining(from, end))
            {
                Held[best] = true;
                sum += value[best];
                left[month]--;
                dearest[month] = left[month] == 0 ? value[best] : 0;
            }

            next[month] = Gaining(from, end) is var other and >= 0 ? value[other] : 0;
            from = end;
        }

        return true;
    }

    /// <summary>The undecided day that gains most and is not held yet; none when none gains.</summary>
    private int Gaining(int from, int end)
    {
        var best = -1;
        for (var d = from; d < end; d++)
        {
            if (Said[d] == Undecided && !Held[d] && value[d] < (best < 0 ? 0 : value[best]))
            {
                best = d;
            }
        }

        return best;
    }

    private void CountTimes()
    {
        Array.Clear(Times);
        for (var d = 0; d < Held.Length; d++)
        {
            for (var seat = 0; Held[d] && seat < Seats[d]; seat++)
            {
                Times[picked[d * pole.Most + seat]]++;
            }
        }
    }
}
