namespace Intervision.Scheduling.Seasons;

/// <summary>
/// Which session takes which date: both in order of time, neither crossing, so that a rhythm moves as a whole. As many
/// sessions as possible get one, the dearest first, then as few days as possible are moved.
/// </summary>
internal static class Alignment
{
    /// <param name="loss">What it costs to leave a session without a date.</param>
    /// <param name="distance">What it costs to give it that date; null when it cannot have it.</param>
    /// <returns>For each session the index of its date, or −1.</returns>
    public static int[] Of(int sessions, int dates, Func<int, long> loss, Func<int, int, long?> distance)
    {
        // best[s, d]: the cheapest way to place the sessions from s on upon the dates from d on.
        var best = new long[sessions + 1, dates + 1];
        for (var s = sessions - 1; s >= 0; s--)
        {
            for (var d = dates; d >= 0; d--)
            {
                best[s, d] = best[s + 1, d] + loss(s);
                if (d < dates)
                {
                    best[s, d] = Math.Min(best[s, d], best[s, d + 1]);
                    if (distance(s, d) is { } far)
                    {
                        best[s, d] = Math.Min(best[s, d], best[s + 1, d + 1] + far);
                    }
                }
            }
        }

        return Trace(best, sessions, dates, distance);
    }

    private static int[] Trace(long[,] best, int sessions, int dates, Func<int, int, long?> distance)
    {
        var taken = new int[sessions];
        for (var (s, d) = (0, 0); s < sessions;)
        {
            if (d < dates && distance(s, d) is { } far && best[s, d] == best[s + 1, d + 1] + far)
            {
                taken[s++] = d++;
            }
            else if (d < dates && best[s, d] == best[s, d + 1])
            {
                d++;
            }
            else
            {
                taken[s++] = -1;
            }
        }

        return taken;
    }
}
