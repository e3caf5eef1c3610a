using System.Globalization;
using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Settlement;

/// <summary>The figures of issue 6, "Numbers".</summary>
/// <param name="Lines">Attendance lines of the largest year.</param>
/// <param name="Seconds">From the first sheet taken from the queue to the last commit and the closed file; goal: below 60.</param>
/// <param name="PeakMegabytes">Of the service's process; goal: below 512, whatever the size.</param>
/// <param name="Sizes">Each size, phase by phase.</param>
/// <param name="SessionToFinanceP99Ms">A certified session published → its lines in finance's queue, 20 a second; goal: below 250.</param>
internal sealed record SettlementFigures(
    int Lines, double Seconds, long PeakMegabytes, string PaymentFile, IReadOnlyList<SettledYear> Sizes,
    double SessionToFinanceP50Ms, double SessionToFinanceP99Ms, IReadOnlyList<string> Postgres, string Method);

internal static class SettlementBenchmark
{
    /// <summary>As docs/operations.md says for a year of this size; everything stays durable.</summary>
    private static readonly string[] Server =
        ["shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=15min", "wal_buffers=64MB", "work_mem=128MB", "wal_compression=lz4", "default_toast_compression=lz4"];

    private const string Method =
        "Private PostgreSQL 15 (fsync and synchronous_commit on, settings in `postgres`), RabbitMQ and the service in a process of its own, all on this machine's cores; a fresh database for each size. "
        + "The year's AttendanceCertified events lie in the queue indemnisation.scheduling (real broker) and people, payees, grid and envelope in the database; nothing was committed before. "
        + "The clock starts when the service may consume and stops when the file of the released run is closed and its transaction committed: sheets (consumer, handler of AttendanceCertified in batches), "
        + "ApproveProgrammeLines, ProposePaymentRun, ApprovePaymentRun, ReleasePaymentRun, each by its RPC and role. Relay off: events stay in the outbox, written and counted. "
        + "Reconciliation runs afterwards. afterwards, when asked for: the bank's answer for every payment and the year's exports, through gRPC. plainCopySeconds: as many of the same lines by COPY into a table without index, check or trigger.";

    /// <param name="arguments">--lines N: that size alone. --afterwards: then the bank's answer for all of it is read, and the year exported.</param>
    public static async Task<SettlementFigures> Run(string[] arguments)
    {
        var asked = arguments.SkipWhile(a => a != "--lines").Skip(1).FirstOrDefault();
        int[] sizes = asked is null ? [10_000, 100_000, 1_000_000] : [int.Parse(asked, CultureInfo.InvariantCulture)];
        var folder = Path.Combine(Path.GetTempPath(), "intervision-settlement");
        System.IO.Directory.CreateDirectory(folder);
        await using var broker = await TestBroker.StartNew();
        var years = new List<SettledYear>();
        foreach (var size in sizes)
        {
            await using var postgres = await TestPostgres.StartNew(durable: true, Server);
            years.Add(await new SettlementRound(postgres, broker, new Year(size), folder, arguments.Contains("--afterwards")).Run());
            Console.WriteLine(years[^1]);
        }

        await using var small = await TestPostgres.StartNew(durable: true, Server);
        var latency = await SettlementLatency.Measure(small, broker, folder);
        var largest = years[^1];
        foreach (var file in System.IO.Directory.GetFiles(folder).Where(f => f != largest.PaymentFile))
        {
            File.Delete(file);
        }

        return new SettlementFigures(
            largest.Lines, largest.Seconds, largest.PeakMegabytes, largest.PaymentFile, years, latency.P50, latency.P99, Server, Method);
    }
}
