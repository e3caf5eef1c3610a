using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Intervision.Scheduling.Planning;
using PlanSearch = Intervision.Scheduling.Planning.Planner;

namespace Intervision.Benchmarks.Planner;

/// <param name="Objective">Of the plan written, counted anew from the problem; lower is better.</param>
/// <param name="Proven">Whether no plan is better: the search ended by itself.</param>
/// <param name="ObjectiveAt">After so many whole seconds of the wall clock.</param>
/// <param name="ProcessorSeconds">What the process used, which on a shared machine is less than the wall clock's.</param>
/// <param name="BestAfterSeconds">When the plan written was found, by the wall clock; its compilation is among it.</param>
internal sealed record PlannerFigures(
    double Objective,
    bool Proven,
    int LeftOut,
    int BrokenConstraints,
    long Iterations,
    double WallSeconds,
    double ProcessorSeconds,
    double BestAfterSeconds,
    double BestAfterProcessorSeconds,
    IReadOnlyDictionary<int, double> ObjectiveAt);

/// <summary><c>planner INSTANCE.json OUT.json [--seconds N] [--seed S] [--iterations N] [--poles 0,7]</c></summary>
internal static class PlannerBenchmark
{
    /// <returns>Nothing when it was asked wrong, which it says in one sentence.</returns>
    public static PlannerFigures? Run(string[] args)
    {
        try
        {
            var asked = PlannerArguments.Parse(args);
            var instance = InstanceFile.Read(asked.Instance);
            if (asked.Poles is { } poles)
            {
                instance = instance.Only(poles);
            }

            var problem = instance.ToProblem();
            var (plan, figures) = Measure(problem, asked.Seed, asked.Seconds, asked.Iterations, Console.WriteLine);
            Console.WriteLine($"best {figures.Objective:0.###} after {figures.BestAfterSeconds:0.000} s, processor {figures.BestAfterProcessorSeconds:0.000} s{Proof(figures)}");
            var placed = instance.Situations.Zip(plan.Days).Where(p => p.Second is not null)
                .ToDictionary(p => p.First.Id.ToString(CultureInfo.InvariantCulture), p => p.Second!.Value);
            File.WriteAllText(asked.Out, JsonSerializer.Serialize(placed));
            foreach (var left in Explanation.Of(problem, plan.Days))
            {
                Console.WriteLine(Said(instance.Situations[left.Situation].Id, left));
            }

            return figures;
        }
        catch (Exception e) when (e is InstanceException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return null;
        }
    }

    private static string Proof(PlannerFigures figures) => figures.Proven ? $"; proven optimal after {figures.WallSeconds:0.000} s, processor {figures.ProcessorSeconds:0.000} s" : "";

    /// <summary>Which situation has no place, whether another plan could give it one, and what stands in the way.</summary>
    private static string Said(int id, LeftOutSituation left) =>
        $"situation {id} is left out{(left.Ever ? "" : ", by any plan")}: {string.Join(", ", left.Obstacles.Select(o => $"{o.Reason} on {o.Days} days"))}";

    public static (Plan Plan, PlannerFigures Figures) Measure(PlanningProblem problem, long seed, double seconds, long iterations, Action<string> say)
    {
        var clock = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        var at = new SortedDictionary<int, double>();
        var (best, bestAfter, bestAfterProcessor) = (double.MaxValue, 0.0, 0.0);
        var plan = PlanSearch.Search(problem, seed, progress =>
        {
            var elapsed = clock.Elapsed.TotalSeconds;
            if (progress.Objective < best)
            {
                (best, bestAfter, bestAfterProcessor) = (progress.Objective, elapsed, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
            }

            if ((int)elapsed > at.Count && elapsed < seconds + 1)
            {
                at[(int)elapsed] = progress.Objective;
                say($"{(int)elapsed,4} s  objective {progress.Objective:0.###}  iterations {progress.Iterations}  processor {(Environment.CpuUsage.TotalTime - before).TotalSeconds:0.00} s");
            }

            return elapsed >= seconds || progress.Iterations >= iterations;
        });
        return (plan, new PlannerFigures(
            plan.Objective,
            plan.Proven,
            plan.Days.Count(d => d is null),
            PlanEvaluation.Of(problem, plan.Days).Broken.Count,
            plan.Iterations,
            Math.Round(clock.Elapsed.TotalSeconds, 3),
            Math.Round((Environment.CpuUsage.TotalTime - before).TotalSeconds, 3),
            Math.Round(bestAfter, 3),
            Math.Round(bestAfterProcessor, 3),
            at));
    }
}
