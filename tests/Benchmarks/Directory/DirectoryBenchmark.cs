using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Directory;

/// <summary>The figures of issue 3, "Numbers".</summary>
/// <param name="ResolveP99Ms">ResolvePole at 500 calls/s beside nothing else; goal: below 5.</param>
/// <param name="GetP99Ms">GetProfessional at 500 calls/s beside nothing else; goal: below 5.</param>
/// <param name="SearchP99Ms">SearchProfessionals of 100,000 professionals at 20 calls/s; goal: below 50.</param>
/// <param name="CopyRatio">COPY seconds / import seconds of the same rows; goal: at least 0.25.</param>
/// <param name="ImportRowsPerSecond">Lines of people.csv and activities.csv.</param>
/// <param name="ImportPeakMiB20K">Peak of the service's process importing 20,000 people with a managed heap of at most 96 MiB.</param>
/// <param name="ImportPeakMiB100K">The same for 100,000 people.</param>
internal sealed record DirectoryFigures(
    double CopyRatio,
    double ImportRowsPerSecond,
    long ImportPeakMiB20K,
    long ImportPeakMiB100K,
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
        var import = await DirectoryImport.Measure(postgres);
        var reads = await DirectoryReads.Measure(postgres);
        return new DirectoryFigures(
            Math.Round(import.CopyRatio, 3), Math.Round(import.RowsPerSecond), import.PeakMiB20K, import.PeakMiB100K,
            reads.Resolve.P50, reads.Resolve.P99, reads.Get.P50, reads.Get.P99, reads.Search.P50, reads.Search.P99, $"{DirectoryImport.Method} {DirectoryReads.Method}");
    }

    /// <summary>Its first part alone.</summary>
    public static async Task<DirectoryImport> RunImport()
    {
        await using var postgres = await TestPostgres.StartNew(durable: true);
        return await DirectoryImport.Measure(postgres);
    }
}
