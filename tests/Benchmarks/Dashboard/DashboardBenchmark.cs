using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Dashboard;
using Intervision.Dashboard.Otlp;
using Intervision.Dashboard.Pages;
using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intervision.Benchmarks.Dashboard;

/// <summary>How fast the dashboard takes telemetry in, and shows it when its store is full of it.</summary>
/// <param name="SpansPerSecond">From the first byte sent until all can be queried; goal: at least 20,000.</param>
/// <param name="FirstPageMs">Of fifty loads of "/"; goal: below 300.</param>
internal sealed record DashboardFigures(
    double SpansPerSecond, double PeakMemoryMiB, double FileMiB, Percentiles FirstPageMs, IReadOnlyDictionary<string, Percentiles> PagesMs, string Method);

internal static class DashboardBenchmark
{
    private const string Method =
        "Receiver, store and sender in one process bound to one core; requests of 512 spans with ten attributes by OTLP over gRPC, made before. "
        + "Then logs and metric points until 100,000 spans, 100,000 logs and 1,000,000 points are stored, and each page loaded fifty times over HTTP on the same core.";

    private static readonly Method<byte[], byte[]> Export = new(
        MethodType.Unary, "opentelemetry.proto.collector.trace.v1.TraceService", "Export", Raw, Raw);

    private static Marshaller<byte[]> Raw => Marshallers.Create(b => b, b => b);

    public static async Task<DashboardFigures> Run()
    {
        using var self = Process.GetCurrentProcess();
        if (OperatingSystem.IsLinux())
        {
            self.ProcessorAffinity = 1;
        }

        var folder = System.IO.Directory.CreateTempSubdirectory("intervision-dashboard-");
        try
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://127.0.0.1:0",
                ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = "http://127.0.0.1:0",
            }).Build();
            await using var telemetry = await DashboardTelemetry.StartAsync(configuration, folder.FullName, NullLoggerFactory.Instance, CancellationToken.None);
            using var channel = GrpcChannel.ForAddress(configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]!);
            var headers = new Metadata { { ApiKey.Header, configuration["AppHost:OtlpApiKey"]! } };
            await Send(telemetry.Store, channel, headers, Load.Spans(20));
            var requests = Load.Spans(180);
            var watch = Stopwatch.StartNew();
            await Send(telemetry.Store, channel, headers, requests);
            var rate = 180 * 512 / watch.Elapsed.TotalSeconds;
            Console.WriteLine($"{rate:F0} spans/s");

            await Load.Fill(telemetry.Store, logs: 100_000, points: 1_000_000);
            var pages = await Pages(telemetry.Store);
            var usage = await telemetry.Store.Usage(CancellationToken.None);
            self.Refresh();
            return new DashboardFigures(
                Math.Round(rate), Math.Round(self.PeakWorkingSet64 / 1048576.0), Math.Round(usage.FileBytes / 1048576.0), pages["/"], pages, Method);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task Send(TelemetryStore store, GrpcChannel channel, Metadata headers, IReadOnlyList<byte[]> requests)
    {
        var invoker = channel.CreateCallInvoker();
        foreach (var request in requests)
        {
            while (!await IsTaken(invoker, headers, request))
            {
                await Task.Delay(20);
            }
        }

        await store.Written();
    }

    private static async Task<bool> IsTaken(CallInvoker invoker, Metadata headers, byte[] request)
    {
        try
        {
            await invoker.AsyncUnaryCall(Export, host: null, new CallOptions(headers), request);
            return true;
        }
        catch (RpcException full) when (full.StatusCode == StatusCode.ResourceExhausted)
        {
            return false;
        }
    }

    private static async Task<Dictionary<string, Percentiles>> Pages(TelemetryStore store)
    {
        var address = new Uri($"http://localhost:{Tests.Support.Ports.Free()}");
        await using var host = await DashboardHost.StartAsync(
            new DashboardOptions { Address = address, Unsecured = true }, new Board(new NoResources(), store, TimeProvider.System), CancellationToken.None);
        using var http = new HttpClient { BaseAddress = address };
        var times = new Dictionary<string, Percentiles>(StringComparer.Ordinal);
        foreach (var page in (string[])["/", "/logs", "/traces", "/metrics"])
        {
            var took = new double[50];
            for (var i = -5; i < took.Length; i++)
            {
                var start = TimeProvider.System.GetTimestamp();
                using var answer = await http.GetAsync(new Uri(page, UriKind.Relative));
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync();
                took[Math.Max(0, i)] = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
            }

            times[page] = Percentiles.Of(took);
            Console.WriteLine($"{page}  {times[page]}");
        }

        return times;
    }

    private sealed class NoResources : IResourceSource
    {
        public ValueTask<IReadOnlyList<ShownResource>> All() => ValueTask.FromResult<IReadOnlyList<ShownResource>>([]);

        public ConsoleLines? Console(string resource, long after, int most) => null;

        public Task<string?> Command(string resource, string command) => Task.FromResult<string?>(null);
    }
}
