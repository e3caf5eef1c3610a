using System.Diagnostics;
using Intervision.Dashboard;
using Intervision.Dashboard.Pages;
using Intervision.Dashboard.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intervision.Benchmarks.Dashboard;

/// <param name="StartMs">From the start of the process until the dashboard says where it is.</param>
/// <param name="FirstPageMs">Then "/", to a browser that has nothing of it: nobody was answered before. The goal is: usable in less than 300.</param>
internal sealed record FreshFigures(Percentiles StartMs, Percentiles FirstPageMs);

/// <summary>A process that has just been started over a store that is full, as after a restart of the suite: what its first reader waits for.</summary>
internal static class FreshServer
{
    private const int Rounds = 9;

    public static async Task<FreshFigures> Measure(InBrowser browser, string folder)
    {
        var (started, first) = (new List<double>(), new List<double>());
        for (var i = 0; i < Rounds; i++)
        {
            var start = TimeProvider.System.GetTimestamp();
            using var server = Start(folder);
            var address = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the server has not started");
            started.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            first.Add(await browser.Cold(new Uri(address)));
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }

        var figures = new FreshFigures(Percentiles.Of(started), Percentiles.Of(first));
        Console.WriteLine($"fresh  {figures}");
        return figures;
    }

    /// <summary>The other process: says its address when the dashboard does; ends with its input.</summary>
    public static async Task Serve(string folder)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://127.0.0.1:0",
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = "http://127.0.0.1:0",
        }).Build();
        await using var telemetry = await DashboardTelemetry.StartAsync(configuration, folder, NullLoggerFactory.Instance, CancellationToken.None);
        var address = new Uri($"http://localhost:{Tests.Support.Ports.Free()}");
        var options = new DashboardOptions { Address = address, Unsecured = true, Announce = _ => Console.WriteLine(address) };
        await using var host = await DashboardHost.StartAsync(options, new Board(new SuiteOnShow(), telemetry.Store, TimeProvider.System), CancellationToken.None);
        await Console.In.ReadToEndAsync();
    }

    private static Process Start(string folder) => Process.Start(new ProcessStartInfo("dotnet", [typeof(FreshServer).Assembly.Location, "dashboard-page", folder])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
