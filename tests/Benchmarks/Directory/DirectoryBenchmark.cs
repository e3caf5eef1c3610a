using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Directory;

/// <summary>The figures of issue 3, "Numbers".</summary>
/// <param name="ResolveP99Ms">ResolvePole at 500 calls/s beside nothing else; goal: below 5.</param>
/// <param name="GetP99Ms">GetProfessional at 500 calls/s beside nothing else; goal: below 5.</param>
/// <param name="SearchP99Ms">SearchProfessionals of 100,000 professionals at 20 calls/s; goal: below 50.</param>
internal sealed record DirectoryFigures(
    double ResolveP50Ms,
    double ResolveP99Ms,
    double GetP50Ms,
    double GetP99Ms,
    double SearchP50Ms,
    double SearchP99Ms,
    string Method);

internal static class DirectoryBenchmark
{
    public static async Task<DirectoryFigures> Run()
    {
        await using var postgres = await TestPostgres.StartNew(durable: true);
        var reads = await DirectoryReads.Measure(postgres);
        return new DirectoryFigures(
            reads.Resolve.P50, reads.Resolve.P99, reads.Get.P50, reads.Get.P99, reads.Search.P50, reads.Search.P99, DirectoryReads.Method);
    }
}
