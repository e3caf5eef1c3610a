using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Intervision.Dashboard.Pages;
using Intervision.Dashboard.Telemetry;

namespace Intervision.Dashboard.Tests.Support;

/// <summary>A dashboard on a port of its own, over resources that are not there.</summary>
internal sealed class RunningDashboard : IAsyncDisposable
{
    private readonly DashboardHost _host;

    private RunningDashboard(DashboardHost host, FakeResources resources, TelemetryStore telemetry, Uri address, ConcurrentQueue<string> announced)
    {
        _host = host;
        Resources = resources;
        Telemetry = telemetry;
        Address = address;
        Announced = announced;
    }

    public FakeResources Resources { get; }
    public TelemetryStore Telemetry { get; }
    public Uri Address { get; }
    public ConcurrentQueue<string> Announced { get; }

    /// <summary>The newest address to log in by.</summary>
    public string LoginAddress => Announced.Last()["Login to the dashboard at ".Length..];

    public static async Task<RunningDashboard> Start(bool unsecured = true, string? token = null, TelemetryStore? telemetry = null, TimeProvider? clock = null)
    {
        var (resources, announced) = (new FakeResources(), new ConcurrentQueue<string>());
        var address = new Uri($"http://localhost:{FreePort()}");
        telemetry ??= new TelemetryStore();
        var host = await DashboardHost.StartAsync(
            new DashboardOptions { Address = address, Unsecured = unsecured, BrowserToken = token, Announce = announced.Enqueue, Complain = failure => announced.Enqueue(failure.ToString()), Clock = clock ?? TimeProvider.System },
            new Board(resources, telemetry, clock ?? TimeProvider.System), CancellationToken.None);
        return new RunningDashboard(host, resources, telemetry, address, announced);
    }

    /// <summary>A client that keeps cookies, as a browser does.</summary>
    public HttpClient Client() => new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Telemetry.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
