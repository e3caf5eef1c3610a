using System.Diagnostics;
using System.Globalization;
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
/// <param name="Fresh">The same of a process just started.</param>
internal sealed record DashboardFigures(
    double SpansPerSecond, double PeakMemoryMiB, double FileMiB, BrowserFigures Browser, FreshFigures Fresh, IReadOnlyDictionary<string, Percentiles> AnswersMs, string Method);

internal static class DashboardBenchmark
{
    private const string Method =
        "Receiver, store and sender in one process bound to one core; requests of 512 spans with ten attributes by OTLP over gRPC, made before. "
        + "Then logs and metric points until 100,000 spans, 100,000 logs and 1,000,000 points are stored. "
        + "In a browser: headless Chromium on the same machine, all cores, the suite's fourteen resources on show; from the start of the navigation to the later of first contentful paint "
        + "and DOMContentLoaded, twenty loads of each page by a browser that has nothing of the server and by one that has been there. Then, on one core again, each page fifty times over HTTP without a browser. "
        + "At last, all cores, nine processes started one after the other over that store: until the dashboard says where it is, and its very first page in the browser; the file may be in the system's memory.";

    private const string OneCore = "0";
    private static readonly string AllCores = $"0-{Environment.ProcessorCount - 1}";
    private static readonly string[] Pages = ["/", "/resources", "/logs", "/traces", "/metrics"];

    private static readonly Method<byte[], byte[]> Export = new(
        MethodType.Unary, "opentelemetry.proto.collector.trace.v1.TraceService", "Export", Raw, Raw);

    private static Marshaller<byte[]> Raw => Marshallers.Create(b => b, b => b);

    public static async Task<DashboardFigures> Run()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("intervision-dashboard-");
        try
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://127.0.0.1:0",
                ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = "http://127.0.0.1:0",
            }).Build();
            await using var browser = await InBrowser.Open();
            var filled = await Filled(configuration, folder.FullName, browser);
            await RunOn(AllCores);
            return filled with { Fresh = await FreshServer.Measure(browser, folder.FullName) };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<DashboardFigures> Filled(IConfiguration configuration, string folder, InBrowser browser)
    {
        await RunOn(OneCore);
        await using var telemetry = await DashboardTelemetry.StartAsync(configuration, folder, NullLoggerFactory.Instance, CancellationToken.None);
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
        var (shown, answers) = await Shown(telemetry.Store, browser);
        var usage = await telemetry.Store.Usage(CancellationToken.None);
        using var self = Process.GetCurrentProcess();
        return new DashboardFigures(
            Math.Round(rate), Math.Round(self.PeakWorkingSet64 / 1048576.0), Math.Round(usage.FileBytes / 1048576.0), shown, Fresh: null!, answers, Method);
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

    private static async Task<(BrowserFigures Browser, Dictionary<string, Percentiles> Answers)> Shown(TelemetryStore store, InBrowser browser)
    {
        var address = new Uri($"http://localhost:{Tests.Support.Ports.Free()}");
        await using var host = await DashboardHost.StartAsync(
            new DashboardOptions { Address = address, Unsecured = true }, new Board(new SuiteOnShow(), store, TimeProvider.System), CancellationToken.None);
        await RunOn(AllCores);
        var shown = await browser.Measure(address, Pages);
        await RunOn(OneCore);
        return (shown, await Answers(address));
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

    /// <summary>Every thread of this process: whoever one of them starts runs where it does. <see cref="Process.ProcessorAffinity"/> moves but the first.</summary>
    private static async Task RunOn(string cores)
    {
        using var taskset = Process.Start(new ProcessStartInfo("taskset", ["--all-tasks", "--cpu-list", "--pid", cores, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        await taskset.StandardOutput.ReadToEndAsync();
        await taskset.WaitForExitAsync();
        if (taskset.ExitCode != 0)
        {
            throw new InvalidOperationException($"taskset: {taskset.ExitCode}");
        }
    }
}
