using Intervision.Benchmarks.Planner;
using Intervision.Scheduling.Planning;

namespace Intervision.Scheduling.Tests.Planning;

/// <summary>The instance of 1,200 situations and 20 pôles.</summary>
internal static class Region1
{
    public static InstanceFile File { get; } = InstanceFile.Read(Path.Combine(AppContext.BaseDirectory, "planner", "region-1.json"));

    public static PlanningProblem Problem { get; } = File.ToProblem();
}
