using System.Numerics;

namespace Intervision.Scheduling.Planning;

/// <summary>
/// The one pôle that has situations to place: nobody else wants its coordinator or its experts, so that what a situation costs on a day
/// depends on nothing but the day. Days and situations are numbered anew, those that matter alone; all prices are in thousandths of a point.
/// </summary>
internal sealed class LonePole
{
    /// <summary>The situations that have a day, as the tables number them.</summary>
    public readonly int[] Situations;

    /// <summary>The days that have a taker, as the tables number them, month by month.</summary>
    public readonly int[] Days;

    public readonly int[] LeftOut;

    /// <summary>The situations that may come on a day.</summary>
    public readonly int[][] Takers;

    public readonly int[] SessionPrice;

    /// <summary>Days whose session is held whatever the plan; it takes none of the <see cref="Room"/>.</summary>
    public readonly bool[] Stands;

    public readonly int[] MonthOf;

    /// <summary>Sessions a month may still have beside those that stand.</summary>
    public readonly int[] Room;

    public readonly int Normal;
    public readonly int Most;
    public readonly int Crowded;

    /// <summary>Two plans differ by a multiple of it: no plan is better by less.</summary>
    public readonly int Grain;

    private readonly int[] cost;

    private LonePole(SearchTables t, int pole)
    {
        var own = pole * t.Days;
        Days = [.. Enumerable.Range(0, t.Days).Where(d => t.Takers[own + d].Length > 0 && MayHold(t, pole, d)).OrderBy(d => t.MonthOf[own + d])];
        Situations = [.. Days.SelectMany(d => t.Takers[own + d]).Distinct().Order()];
        LeftOut = [.. Situations.Select(s => t.LeftOut[s])];
        var positions = Situations.Index().ToDictionary(s => s.Item, s => s.Index);
        Takers = [.. Days.Select(d => t.Takers[own + d].Select(s => positions[s]).ToArray())];
        SessionPrice = [.. Days.Select(d => t.SessionPrice[own + d])];
        Stands = [.. Days.Select(d => t.Kept[own + d])];
        MonthOf = [.. Days.Select(d => t.MonthOf[own + d])];
        Room = RoomOf(t, pole);
        (Normal, Most, Crowded) = (t.Normal[pole], t.Most[pole], t.Crowded);
        cost = Costs(t);
        Grain = Math.Max(1, cost.Where(c => c != SearchTables.Impossible).Concat(SessionPrice).Concat(LeftOut).Aggregate(Crowded, Divisor));
    }

    /// <summary>None when several pôles have situations, none has, or a session is paid for being held: that is not this model.</summary>
    public static LonePole? Of(SearchTables t)
    {
        var pole = Array.FindIndex(t.SituationsOf, s => s.Length > 0);
        if (pole < 0 || Array.FindIndex(t.SituationsOf, pole + 1, s => s.Length > 0) >= 0)
        {
            return null;
        }

        var lone = new LonePole(t, pole);
        return Array.TrueForAll(lone.SessionPrice, price => price >= 0) ? lone : null;
    }

    /// <summary>Price of a situation on a day, its experts there; <see cref="SearchTables.Impossible"/> when it may not come.</summary>
    public int Cost(int situation, int day) => cost[situation * Days.Length + day];

    private static int[] RoomOf(SearchTables t, int pole)
    {
        var room = new int[t.Months];
        Array.Fill(room, t.SessionsPerMonth[pole]);
        foreach (var d in Enumerable.Range(0, t.Days).Where(d => t.Kept[pole * t.Days + d]))
        {
            var month = t.MonthOf[pole * t.Days + d];
            room[month] = Math.Max(0, room[month] - 1);
        }

        return room;
    }

    private int[] Costs(SearchTables t)
    {
        var costs = new int[Situations.Length * Days.Length];
        Array.Fill(costs, SearchTables.Impossible);
        for (var d = 0; d < Days.Length; d++)
        {
            foreach (var taker in Takers[d])
            {
                var s = Situations[taker];
                var price = t.Cost(s, Days[d]);
                for (var i = t.WishAt[s]; i < t.WishAt[s + 1]; i++)
                {
                    price -= t.ExpertPrice[t.WishedExpert[i] * t.Days + Days[d]];
                }

                costs[taker * Days.Length + d] = price;
            }
        }

        return costs;
    }

    /// <summary>The coordinator may have sessions elsewhere that stand.</summary>
    private static bool MayHold(SearchTables t, int pole, int day) => t.Kept[pole * t.Days + day]
        || Array.TrueForAll(t.PolesOf[t.CoordinatorOf[pole]], p => !t.Kept[p * t.Days + day]);

    private static int Divisor(int a, int b) => (int)BigInteger.GreatestCommonDivisor(a, b);
}
