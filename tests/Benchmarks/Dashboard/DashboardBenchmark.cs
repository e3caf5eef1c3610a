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
/// <param name="AnswersMs">Of fifty answers of each page, without a browser.</param>
/// <param name="Browser">Of "/" the goal is: usable in less than 300.</param>
internal sealed record DashboardFigures(
    double SpansPerSecond, double PeakMemoryMiB, double FileMiB, BrowserFigures Browser, IReadOnlyDictionary<string, Percentiles> AnswersMs, string Method);

internal static class DashboardBenchmark
{
    private const string Method =
        "Receiver, store and sender in one process bound to one core; requests of 512 spans with ten attributes by OTLP over gRPC, made before. "
        + "Then logs and metric points until 100,000 spans, 100,000 logs and 1,000,000 points are stored. "
        + "In a browser: headless Chromium on the same machine, all cores, the suite's fourteen resources on show; from the start of the navigation to the later of first contentful paint "
        + "and DOMContentLoaded, twenty loads of each page by a browser that has nothing of the server and by one that has been there. Then, on one core again, each page fifty times over HTTP without a browser.";

    private static readonly string[] Pages = ["/", "/resources", "/logs", "/traces", "/metrics"];

    private static readonly Method<byte[], byte[]> Export = new(
        MethodType.Unary, "opentelemetry.proto.collector.trace.v1.TraceService", "Export", Raw, Raw);

    private static Marshaller<byte[]> Raw => Marshallers.Create(b => b, b => b);

    public static async Task<DashboardFigures> Run()
    {
        using var self = Process.GetCurrentProcess();
        var everywhere = Bound(self, 1);
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
            await Load.Figures(telemetry.Store);
            var (browser, answers) = await Shown(telemetry.Store, self, everywhere);
            var usage = await telemetry.Store.Usage(CancellationToken.None);
            self.Refresh();
            return new DashboardFigures(
                Math.Round(rate), Math.Round(self.PeakWorkingSet64 / 1048576.0), Math.Round(usage.FileBytes / 1048576.0), browser, answers, Method);
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

    private static async Task<(BrowserFigures Browser, Dictionary<string, Percentiles> Answers)> Shown(TelemetryStore store, Process self, nint everywhere)
    {
        var address = new Uri($"http://localhost:{Tests.Support.Ports.Free()}");
        await using var host = await DashboardHost.StartAsync(
            new DashboardOptions { Address = address, Unsecured = true }, new Board(new SuiteOnShow(), store, TimeProvider.System), CancellationToken.None);
        Bound(self, everywhere);
        var browser = await InBrowser.Measure(address, Pages);
        Bound(self, 1);
        return (browser, await Answers(address));
    }

    private static async Task<Dictionary<string, Percentiles>> Answers(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        var times = new Dictionary<string, Percentiles>(StringComparer.Ordinal);
        foreach (var page in Pages)
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

    /// <returns>The cores it was bound to before.</returns>
    private static nint Bound(Process self, nint cores)
    {
        if (!OperatingSystem.IsLinux())
        {
            return cores;
        }

        var before = self.ProcessorAffinity;
        self.ProcessorAffinity = cores;
        return before;
    }
}
