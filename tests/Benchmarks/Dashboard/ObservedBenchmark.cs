using System.Diagnostics;
using System.Globalization;
using Intervision.Benchmarks.Intake;
using Intervision.Dashboard.Telemetry;
using Intervision.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intervision.Benchmarks.Dashboard;

/// <param name="Cost">Share of the throughput that being observed takes, of the median round; goal: below 0.1.</param>
internal sealed record ObservedFigures(double Cost, double PerSecondOff, double PerSecondOn, IReadOnlyList<double> Rounds, long SpansStored, string Method);

/// <summary>What being observed costs SubmitCase.</summary>
internal static class ObservedBenchmark
{
    private const string Method =
        "Private PostgreSQL 15 (fsync on), two Intake processes, one with telemetry (traces, metrics and logs by OTLP over gRPC, parent-based sampling of 5 %, metrics each second), one without, and the callers share one core; "
        + "the receiver has the other. 30,000 deposits to each first, then vacuum analyze; 128 callers in closed loop, rounds of 4 s in turn, four of each to warm up (one core compiles both); cost of a round: one less the ratio of its two rates; the median of fifteen.";

    private const int WarmUp = 4;
    private const int Rounds = 15;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(4);

    public static async Task<ObservedFigures> Run()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("intervision-observed-").FullName;
        using var self = Process.GetCurrentProcess();
        using var receiver = StartReceiver(folder, core: 1);
        if (OperatingSystem.IsLinux())
        {
            // What is started from here on inherits it.
            self.ProcessorAffinity = 1;
        }

        try
        {
            var endpoint = (await receiver.StandardOutput.ReadLineAsync())!;
            var key = (await receiver.StandardOutput.ReadLineAsync())!;
            var (off, on, rounds) = await Measure(endpoint, key);
            receiver.StandardInput.Close();
            var spans = long.Parse((await receiver.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
            await receiver.WaitForExitAsync();
            return new ObservedFigures(Math.Round(rounds.Order().ElementAt(rounds.Count / 2), 3), Math.Round(off), Math.Round(on), rounds, spans, Method);
        }
        finally
        {
            if (!receiver.HasExited)
            {
                receiver.Kill();
            }

            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The other process: says where it listens and its key; when its input ends, how many spans it has.</summary>
    public static async Task Receive(string folder)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://127.0.0.1:0",
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = "http://127.0.0.1:0",
        }).Build();
        await using var telemetry = await DashboardTelemetry.StartAsync(configuration, folder, NullLoggerFactory.Instance, CancellationToken.None);
        Console.WriteLine(configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]);
        Console.WriteLine(configuration["AppHost:OtlpApiKey"]);
        await Console.In.ReadToEndAsync();
        await telemetry.Store.Written();
        Console.WriteLine((await telemetry.Store.Usage(CancellationToken.None)).Kinds.Single(k => k.Kind == "spans").Rows);
    }

    private static async Task<(double Off, double On, List<double> Rounds)> Measure(string endpoint, string key)
    {
        await using var postgres = await TestPostgres.StartNew(durable: true);
        await using var bare = await IntakeProcess.Start(postgres, "intake_bare", amqp: null);
        await using var observed = await IntakeProcess.Start(
            postgres, "intake_observed", amqp: null, ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_HEADERS", $"x-otlp-api-key={key}"), ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.05"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "1000"));
        var deposits = new Deposits();
        await IntakeBenchmark.Prepare(bare, deposits);
        await IntakeBenchmark.Prepare(observed, deposits);
        var (offs, ons, costs) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = -WarmUp; i < Rounds; i++)
        {
            // Each is first every other time.
            if (i % 2 == 0)
            {
                offs.Add(await deposits.PerSecond(bare, 128, Round));
            }

            ons.Add(await deposits.PerSecond(observed, 128, Round));
            if (i % 2 != 0)
            {
                offs.Add(await deposits.PerSecond(bare, 128, Round));
            }

            if (i < 0)
            {
                offs.Clear();
                ons.Clear();
                continue;
            }

            costs.Add(Math.Round(1 - (ons[^1] / offs[^1]), 3));
            Console.WriteLine($"off {offs[^1]:F0}/s, on {ons[^1]:F0}/s: {costs[^1]:P1}");
        }

        return (offs.Order().ElementAt(Rounds / 2), ons.Order().ElementAt(Rounds / 2), costs);
    }

    private static Process StartReceiver(string folder, int core) => Process.Start(new ProcessStartInfo(
        "taskset", ["-c", core.ToString(CultureInfo.InvariantCulture), "dotnet", typeof(ObservedBenchmark).Assembly.Location, "dashboard-receiver", folder])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
