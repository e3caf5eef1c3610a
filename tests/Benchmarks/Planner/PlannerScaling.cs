namespace Intervision.Benchmarks.Planner;

/// <param name="MillisecondsPerSituation">Processor time for the same number of changes tried per situation; flat means linear.</param>
/// <param name="PerPole">Objective per pôle after them, which should not grow either.</param>
internal sealed record ScalingFigures(int Situations, double MillisecondsPerSituation, double PerPole, int LeftOut, int BrokenConstraints);

/// <summary>From one pôle to ten regions, by the same effort per situation.</summary>
internal static class PlannerScaling
{
    private const int IterationsPerSituation = 4_000;

    public static IReadOnlyList<ScalingFigures> Run() => [.. new[] { 2, 20, 60, 200 }.Select(Measure)];

    private static ScalingFigures Measure(int poles)
    {
        var problem = InstanceFamily.Make(seed: 1, poles).ToProblem();
        var situations = problem.Situations.Count;
        var (_, figures) = PlannerBenchmark.Measure(problem, seed: 1, seconds: double.PositiveInfinity, (long)situations * IterationsPerSituation, Console.WriteLine);
        return new ScalingFigures(
            situations, Math.Round(figures.ProcessorSeconds * 1000 / situations, 3), Math.Round(figures.Objective / poles, 1), figures.LeftOut, figures.BrokenConstraints);
    }
}
