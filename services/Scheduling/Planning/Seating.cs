namespace Intervision.Scheduling.Planning;

/// <summary>
/// Who sits where once it is said which days have a session. Situations come one after the other, each by the cheapest chain of
/// people who move on to make room for one another, up to whoever finds a free seat or stays out (minimum-cost flow by shortest paths):
/// after each, no seating of those who have come is cheaper.
/// </summary>
internal sealed class Seating
{
    private const int Nobody = -1;

    private readonly LonePole pole;
    private readonly int[] days;
    private readonly int[] load;
    private readonly int[] members;

    // By session and session: the least it costs that somebody moves from the one to the other, and who. By session: that somebody goes out.
    private readonly int[] moving;
    private readonly int[] mover;
    private readonly int[] leaving;
    private readonly int[] leaver;

    // The cheapest chain that brings whoever comes into a session: its price, the session before, and who comes from there.
    private readonly int[] reached;
    private readonly int[] before;
    private readonly int[] who;
    private int sessions;

    public Seating(LonePole pole)
    {
        this.pole = pole;
        var most = pole.Days.Length;
        days = new int[most];
        load = new int[most];
        members = new int[most * pole.Most];
        moving = new int[most * most];
        mover = new int[most * most];
        leaving = new int[most];
        leaver = new int[most];
        reached = new int[most];
        before = new int[most];
        who = new int[most];
    }

    /// <summary>The price of a plan with no session but on these days: the cheapest seats, and the sessions where somebody sits.</summary>
    public long Best(ReadOnlySpan<bool> held)
    {
        sessions = 0;
        for (var d = 0; d < held.Length; d++)
        {
            if (held[d])
            {
                load[sessions] = 0;
                days[sessions++] = d;
            }
        }

        for (var i = 0; i < sessions; i++)
        {
            Reckon(i);
        }

        var price = 0L;
        for (var s = 0; s < pole.Situations.Length; s++)
        {
            price += Bring(s);
        }

        for (var i = 0; i < sessions; i++)
        {
            price += load[i] > 0 ? pole.SessionPrice[days[i]] : 0;
        }

        return price;
    }

    /// <summary>The day of each situation, as the tables number both.</summary>
    public void CopyTo(int[] dayOf)
    {
        Array.Fill(dayOf, SearchTables.Out);
        for (var i = 0; i < sessions; i++)
        {
            for (var seat = 0; seat < load[i]; seat++)
            {
                dayOf[pole.Situations[members[i * pole.Most + seat]]] = pole.Days[days[i]];
            }
        }
    }

    /// <returns>What it adds.</returns>
    private int Bring(int situation)
    {
        FindChains(situation);
        var (last, price, goes) = (Nobody, pole.LeftOut[situation], Nobody);
        for (var i = 0; i < sessions; i++)
        {
            if (reached[i] >= SearchTables.Impossible)
            {
                continue;
            }

            var seat = load[i] < pole.Normal ? 0 : load[i] < pole.Most ? pole.Crowded : SearchTables.Impossible;
            if (reached[i] + seat < price)
            {
                (last, price, goes) = (i, reached[i] + seat, Nobody);
            }

            if (leaving[i] < SearchTables.Impossible && reached[i] + leaving[i] < price)
            {
                (last, price, goes) = (i, reached[i] + leaving[i], leaver[i]);
            }
        }

        Follow(last, goes);
        return price;
    }

    private void FindChains(int situation)
    {
        for (var i = 0; i < sessions; i++)
        {
            (reached[i], before[i], who[i]) = (pole.Cost(situation, days[i]), Nobody, situation);
        }

        for (var shorter = true; shorter;)
        {
            shorter = false;
            for (var i = 0; i < sessions; i++)
            {
                for (var j = 0; reached[i] < SearchTables.Impossible && j < sessions; j++)
                {
                    var move = moving[i * sessions + j];
                    if (move < SearchTables.Impossible && reached[i] + move < reached[j])
                    {
                        (reached[j], before[j], who[j]) = (reached[i] + move, i, mover[i * sessions + j]);
                        shorter = true;
                    }
                }
            }
        }
    }

    /// <summary>Everybody of the chain takes the seat of the next, from its end to its beginning.</summary>
    private void Follow(int last, int goes)
    {
        var gone = goes;
        for (var i = last; i != Nobody; i = before[i])
        {
            var seats = members.AsSpan(i * pole.Most, pole.Most);
            seats[gone == Nobody ? load[i]++ : seats[..load[i]].IndexOf(gone)] = who[i];
            gone = who[i];
            Reckon(i);
        }
    }

    /// <summary>What it costs that somebody of a session makes room.</summary>
    private void Reckon(int session)
    {
        var row = session * sessions;
        moving.AsSpan(row, sessions).Fill(SearchTables.Impossible);
        leaving[session] = SearchTables.Impossible;
        for (var seat = 0; seat < load[session]; seat++)
        {
            var s = members[session * pole.Most + seat];
            var here = pole.Cost(s, days[session]);
            if (pole.LeftOut[s] - here < leaving[session])
            {
                (leaving[session], leaver[session]) = (pole.LeftOut[s] - here, s);
            }

            for (var other = 0; other < sessions; other++)
            {
                var there = pole.Cost(s, days[other]);
                if (there != SearchTables.Impossible && there - here < moving[row + other] && other != session)
                {
                    (moving[row + other], mover[row + other]) = (there - here, s);
                }
            }
        }
    }
}
