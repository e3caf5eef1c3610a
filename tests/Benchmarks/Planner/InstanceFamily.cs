using System.Globalization;

namespace Intervision.Benchmarks.Planner;

/// <summary>
/// Instances like a year of the region: people work on some weekdays and are now and then away, two pôles share a coordinator, a
/// region's pôles share its experts, each pôle has some sixty situations through the year and just the sessions they need.
/// </summary>
internal static class InstanceFamily
{
    private static readonly string[] Days = [.. Year()];

    public static InstanceFile Make(int seed, int poles = 20, int situationsPerPole = 60)
    {
        // A test's chance, the same for a seed.
        var random = new Random(seed);
        var regions = (poles + 19) / 20;
        var made = Enumerable.Range(0, poles).Select(p => MakePole(random, p)).ToList();
        var situations = new List<InstanceSituation>();
        for (var p = 0; p < poles; p++)
        {
            var count = Math.Max(1, (int)Math.Round(situationsPerPole * (0.8 + 0.5 * random.NextDouble() * random.NextDouble() + 0.1 * random.NextDouble())));
            made[p] = made[p] with { MaxSessionsMonth = 1 + (count - 1) / 33 };
            for (var i = 0; i < count; i++)
            {
                situations.Add(MakeSituation(random, situations.Count, made[p], firstExpert: p / 20 * 40));
            }
        }

        return new InstanceFile(
            Days,
            [.. Days.Select(d => int.Parse(d.AsSpan(5, 2), CultureInfo.InvariantCulture))],
            [.. Enumerable.Range(0, regions * 40).Select(_ => new InstanceExpert(Weekdays(random, random.Next(3) == 0 ? 3 : 2, 0.88)))],
            [.. Enumerable.Range(0, (poles + 1) / 2).Select(_ => Weekdays(random, 5, 0.95))],
            made,
            situations,
            new InstanceWeights(new Dictionary<string, double> { ["1"] = 1, ["2"] = 2, ["3"] = 5 }, Gp: 6, Expert: 4, Pro: 1, Over3: 8, Session: 12, Unscheduled: 200),
            Cap: 3,
            Capmax: 5,
            new Dictionary<string, int> { ["1"] = 60, ["2"] = 45, ["3"] = 25 });
    }

    private static InstancePole MakePole(Random random, int id) => new(
        id,
        id / 2,
        [.. Enumerable.Range(0, random.Next(14, 23)).Select(_ => Weekdays(random, 2, 0.88))],
        [.. Enumerable.Range(0, 6).Select(_ => Weekdays(random, 4, 0.93))],
        [.. Enumerable.Range(0, 20).Select(_ => Weekdays(random, random.Next(3, 5), 0.9))],
        MaxSessionsMonth: 2);

    private static InstanceSituation MakeSituation(Random random, int id, InstancePole pole, int firstExpert)
    {
        var priority = random.NextDouble() switch { < 0.6 => 1, < 0.9 => 2, _ => 3 };
        var experts = Enumerable.Range(0, random.Next(3) == 0 ? 2 : 1).Select(_ => firstExpert + random.Next(40)).Distinct();
        var pros = random.GetItems(Enumerable.Range(0, pole.Pros.Count).ToArray(), random.Next(2, 5)).Distinct();
        return new InstanceSituation(
            id, pole.Id, priority, random.Next(Days.Length - 25), random.Next(pole.Gps.Count), random.Next(pole.Refs.Count), [.. experts], [.. pros]);
    }

    private static int[] Weekdays(Random random, int count, double presence)
    {
        DayOfWeek[] week = [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday];
        random.Shuffle(week);
        var works = week.Take(count).ToHashSet();
        return [.. Enumerable.Range(0, Days.Length).Where(d => works.Contains(Date(Days[d]).DayOfWeek) && random.NextDouble() < presence)];
    }

    /// <summary>A year of working days, without August.</summary>
    private static IEnumerable<string> Year() => Enumerable.Range(0, 353)
        .Select(i => new DateOnly(2026, 1, 5).AddDays(i))
        .Where(d => d.Month != 8 && d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
        .Select(d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static DateOnly Date(string day) => DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
