using System.Collections.Concurrent;
using System.Net;
using Intervision.Dashboard.Pages;
using Intervision.Dashboard.Tests.Telemetry;
using Intervision.Tests.Support;

namespace Intervision.Dashboard.Tests.Support;

/// <summary>A dashboard on a port of its own, over resources that are not there.</summary>
internal sealed class RunningDashboard : IAsyncDisposable
{
    private readonly DashboardHost _host;

    private RunningDashboard(DashboardHost host, FakeResources resources, Receiving telemetry, Uri address, ConcurrentQueue<string> announced)
    {
        _host = host;
        Resources = resources;
        Telemetry = telemetry;
        Address = address;
        Announced = announced;
    }

    public FakeResources Resources { get; }
    /// <summary>Where services would send; what the pages show.</summary>
    public Receiving Telemetry { get; }
    public Uri Address { get; }
    public ConcurrentQueue<string> Announced { get; }

    /// <summary>The newest address to log in by.</summary>
    public string LoginAddress => Announced.Last()["Login to the dashboard at ".Length..];

    public static async Task<RunningDashboard> Start(bool unsecured = true, string? token = null)
    {
        var (resources, announced) = (new FakeResources(), new ConcurrentQueue<string>());
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var telemetry = await Receiving.Start();
        var host = await DashboardHost.StartAsync(
            new DashboardOptions { Address = address, Unsecured = unsecured, BrowserToken = token, Announce = announced.Enqueue, Complain = failure => announced.Enqueue(failure.ToString()) },
            new Board(resources, telemetry.Store, TimeProvider.System), CancellationToken.None);
        await host.Announced;
        return new RunningDashboard(host, resources, telemetry, address, announced);
    }

    /// <summary>A client that keeps cookies, as a browser does.</summary>
    public HttpClient Client() => new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Telemetry.DisposeAsync();
    }
}
