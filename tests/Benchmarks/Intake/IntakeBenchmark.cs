using System.Globalization;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Intake;

/// <summary>The figures of issue 4, "Numbers".</summary>
/// <param name="PgbenchRatio">Deposits per second by 128 callers / pgbench's transactions per second, medians of rounds that take turns; goal: at least 1.</param>
/// <param name="PgbenchRatioAt32">The same with 32 callers, as many as pgbench has clients.</param>
/// <param name="PgbenchRatioByClient">The same as the first, by gRPC's client for .NET, whose own work takes a third of this machine.</param>
/// <param name="PgbenchRatioWithRelay">The same as the first, the events also being published to RabbitMQ on the same cores.</param>
/// <param name="P99MsAt200">SubmitCase at 200 calls/s beside nothing else, events published; goal: below 50.</param>
internal sealed record IntakeFigures(
    double PgbenchRatio,
    double PgbenchRatioAt32,
    double PgbenchRatioByClient,
    double PgbenchRatioWithRelay,
    double SubmitPerSecond,
    double PgbenchPerSecond,
    MicrosecondsEach Submit,
    double PgbenchMicrosecondsEach,
    double P50MsAt200,
    double P99MsAt200,
    WatchFanOut? Watch,
    ScannerSpeed? Scanner,
    FuzzRun? Fuzz,
    string Method);

/// <summary>Processor time of one deposit.</summary>
internal sealed record MicrosecondsEach(double Service, double Database, double Callers);

internal static class IntakeBenchmark
{
    private static readonly string Method =
        "Private PostgreSQL 15 (fsync on), RabbitMQ, Intake in its own process, callers and pgbench on this machine's cores; the sample region's directory and requests, each deposit under a new request id and number. "
        + "30,000 deposits first, then vacuum analyze; three rounds of pgbench (5 s; BEGIN, INSERT request, INSERT outbox, COMMIT, prepared, 32 clients, 2 threads) and deposits (5 s, closed loop, over gRPC with a token) in turn on one cluster; the round with the median ratio. Callers are as lean as pgbench: HTTP/2 frames written by hand, a thread per 64 (Http2Callers); byClient they are gRPC's own for .NET. "
        + "Without a broker events stay in the outbox; with it the relay publishes them meanwhile. Latency: open loop 200/s for 20 s after 10 s of warm-up, from the intended instant of the call. "
        + $"{ScannerSpeed.Method} Watch: 1,000 subscribers, 600 changes, the managed heap limited to 192 MiB. {WatchFanOut.Method} {FuzzRun.Method}";

    private const int Rounds = 3;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    public static async Task<IntakeFigures> Run()
    {
        var scanner = ScannerSpeed.Measure();
        await using var postgres = await TestPostgres.StartNew(durable: true);
        var deposits = await RunDeposits(postgres);
        var watch = await RunWatch(postgres);
        var fuzz = await FuzzRun.Measure(postgres);
        return deposits with { Watch = watch, Scanner = scanner, Fuzz = fuzz };
    }

    /// <summary>Its part about deposits alone.</summary>
    public static async Task<IntakeFigures> RunDeposits()
    {
        await using var postgres = await TestPostgres.StartNew(durable: true);
        return await RunDeposits(postgres);
    }

    private static async Task<IntakeFigures> RunDeposits(TestPostgres postgres)
    {
        await using var broker = await TestBroker.StartNew();
        var pgbench = await PgBench.New(postgres);
        var (many, few, byClient) = await WithoutBroker(postgres, pgbench);
        await using var intake = await IntakeProcess.Start(postgres, "intake_relayed", await broker.NewVirtualHost());
        var deposits = new Deposits();
        await Prepare(intake, deposits);
        var latency = Percentiles.Of(await Latencies(intake, deposits));
        Console.WriteLine($"SubmitCase at 200/s   {latency}");
        var relayed = await InTurns(postgres, intake, pgbench, 128, deposits.PerSecond);
        return new IntakeFigures(
            many.Ratio, few.Ratio, byClient.Ratio, relayed.Ratio, many.PerSecond, many.Reference, many.Each, many.ReferenceEach, latency.P50, latency.P99, Watch: null, Scanner: null, Fuzz: null, Method);
    }

    /// <summary>Its part about those who watch.</summary>
    public static async Task<WatchFanOut> RunWatch()
    {
        await using var postgres = await TestPostgres.StartNew(durable: true);
        return await RunWatch(postgres);
    }

    private static async Task<WatchFanOut> RunWatch(TestPostgres postgres)
    {
        await using var intake = await IntakeProcess.Start(postgres, "intake_watch", amqp: null, ("DOTNET_GCHeapHardLimit", "0xC000000"));
        var deposits = new Deposits();
        var (channel, client) = intake.Connect();
        using (channel)
        {
            return await WatchFanOut.Measure(
                intake.Process.Address,
                () => intake.Process.MemoryMiB,
                async () =>
                {
                    var (request, headers) = deposits.Next();
                    await client.SubmitCaseAsync(request, headers);
                },
                subscribers: 1_000,
                changes: 600);
        }
    }

    /// <summary>Its part that looks for failures, with fewer messages.</summary>
    public static async Task<FuzzRun> RunFuzz()
    {
        await using var postgres = await TestPostgres.StartNew(durable: true);
        return await FuzzRun.Measure(postgres, 200_000);
    }

    private static async Task<(Turns Many, Turns Few, Turns ByClient)> WithoutBroker(TestPostgres postgres, PgBench pgbench)
    {
        await using var intake = await IntakeProcess.Start(postgres, "intake_alone", amqp: null);
        var deposits = new Deposits();
        await Prepare(intake, deposits);
        return (
            await InTurns(postgres, intake, pgbench, 128, deposits.PerSecond),
            await InTurns(postgres, intake, pgbench, 32, deposits.PerSecond),
            await InTurns(postgres, intake, pgbench, 128, deposits.PerSecondByClient));
    }

    /// <summary>Tables of a size that a season has, with the statistics that autovacuum makes within a minute.</summary>
    internal static async Task Prepare(IntakeProcess intake, Deposits deposits)
    {
        await using var source = NpgsqlDataSource.Create(intake.Process.Owner);
        await using var analyse = source.CreateCommand("vacuum analyze");
        analyse.CommandTimeout = 0;
        var enough = deposits.Sent + 30_000;
        while (deposits.Sent < enough)
        {
            await deposits.PerSecond(intake, 128, TimeSpan.FromSeconds(2));
            await analyse.ExecuteNonQueryAsync();
        }
    }

    private static async Task<double[]> Latencies(IntakeProcess intake, Deposits deposits)
    {
        var (channel, client) = intake.Connect();
        using (channel)
        {
            return await OpenLoop.Measure(200, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), async _ =>
            {
                var (request, headers) = deposits.Next();
                await client.SubmitCaseAsync(request, headers);
            });
        }
    }

    private static async Task<Turns> InTurns(
        TestPostgres postgres, IntakeProcess intake, PgBench pgbench, int callers, Func<IntakeProcess, int, TimeSpan, Task<double>> deposit)
    {
        var rounds = new List<Turns>();
        for (var i = 0; i < Rounds; i++)
        {
            var start = Used();
            var reference = await pgbench.Measure((int)Round.TotalSeconds);
            var between = Used();
            var rate = await deposit(intake, callers, Round);
            var end = Used();
            var deposited = rate * Round.TotalSeconds;
            rounds.Add(new Turns(
                Math.Round(rate / reference, 2), Math.Round(rate), Math.Round(reference),
                new(Each(end.Service - between.Service), Each(end.Database - between.Database), Each(end.Here - between.Here)),
                Math.Round((between.Database - start.Database + between.Here - start.Here) / (reference * Round.TotalSeconds))));
            Console.WriteLine($"{callers} callers: {rounds[^1]}");

            double Each(double microseconds) => Math.Round(microseconds / deposited);
        }

        return rounds.OrderBy(r => r.Ratio).ElementAt(Rounds / 2);

        (double Service, double Database, double Here) Used() =>
            (ProcessorUse.Of(intake.Process.Id), ProcessorUse.OfServer(postgres.ProcessId), ProcessorUse.Of(Environment.ProcessId));
    }

    private sealed record Turns(double Ratio, double PerSecond, double Reference, MicrosecondsEach Each, double ReferenceEach)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{PerSecond}/s, pgbench {Reference}/s, ratio {Ratio:F2}; us each: {Each.Service} service, {Each.Database} database, {Each.Callers} callers; pgbench {ReferenceEach}");
    }
}
