using System.Numerics;

namespace Intervision.Scheduling.Planning;

/// <summary>The days a move may lead to.</summary>
internal sealed class DayChoice(SearchTables t, SearchState state, Dice dice)
{
    private Dice dice = dice;

    /// <summary>Any of a situation's days.</summary>
    public int Random(int s) => t.Candidates[s][dice.Below(t.Candidates[s].Length)];

    /// <summary>Any of its days that has a session; out when none has.</summary>
    public int RandomOpen(int s)
    {
        var (own, poles) = (s * t.Words, t.PoleOf[s] * t.Words);
        var count = 0;
        for (var w = 0; w < t.Words; w++)
        {
            count += BitOperations.PopCount(t.CandidateWords[own + w] & state.OpenDays[poles + w]);
        }

        var chosen = count == 0 ? 0 : dice.Below(count);
        for (var w = 0; w < t.Words && count > 0; w++)
        {
            var days = t.CandidateWords[own + w] & state.OpenDays[poles + w];
            var here = BitOperations.PopCount(days);
            if (chosen < here)
            {
                for (; chosen > 0; chosen--)
                {
                    days &= days - 1;
                }

                return w * 64 + BitOperations.TrailingZeroCount(days);
            }

            chosen -= here;
        }

        return SearchTables.Out;
    }

    /// <summary>Where it fits best among the sessions there are; out when being left out is better.</summary>
    public (int Day, int Adds) BestOpen(int s)
    {
        var best = (Day: SearchTables.Out, Adds: 0);
        for (var w = 0; w < t.Words; w++)
        {
            var days = t.CandidateWords[s * t.Words + w] & state.OpenDays[t.PoleOf[s] * t.Words + w];
            for (; days != 0; days &= days - 1)
            {
                var day = w * 64 + BitOperations.TrailingZeroCount(days);
                var adds = state.PlacingAdds(s, day);
                if (adds < best.Adds)
                {
                    best = (day, adds);
                }
            }
        }

        return best;
    }

    /// <summary>Where it fits best, in a session that is there or is opened for it; out when being left out is better.</summary>
    public int Best(int s)
    {
        var best = (Day: SearchTables.Out, Adds: 0);
        foreach (var day in t.Candidates[s])
        {
            var adds = state.PlacingAdds(s, day);
            if (adds < best.Adds)
            {
                best = (day, adds);
            }
        }

        return best.Day;
    }

    /// <summary>Any session of a pôle in a month; out when there is none.</summary>
    public int RandomOfMonth(int pole, int month)
    {
        var (chosen, seen) = (SearchTables.Out, 0);
        for (var w = 0; w < t.Words; w++)
        {
            for (var days = state.OpenDays[pole * t.Words + w]; days != 0; days &= days - 1)
            {
                var day = w * 64 + BitOperations.TrailingZeroCount(days);
                if (t.MonthOf[pole * t.Days + day] == month && dice.Below(++seen) == 0)
                {
                    chosen = day;
                }
            }
        }

        return chosen;
    }
}
