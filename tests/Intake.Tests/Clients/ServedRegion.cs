using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Grpc.Net.Client;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests.Clients;

/// <summary>
/// Intake as it is started for real, in a process of its own behind Kestrel, that can be killed and started again; its
/// database knows the sample region, and the fixture's own instance serves it too.
/// </summary>
public sealed class ServedRegion : RegionFixture, IAsyncDisposable
{
    private readonly ConcurrentQueue<string> said = [];
    private readonly int grpcPort = Ports.Free();
    private readonly int httpPort = Ports.Free();

    public static string Root { get; } = typeof(ServedRegion).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public string Address => $"127.0.0.1:{grpcPort}";

    public Process Process { get; private set; } = null!;

    public GrpcChannel NewChannel() => GrpcChannel.ForAddress($"http://{Address}");

    /// <summary>Starts it, and waits until it is healthy.</summary>
    public async Task Serve()
    {
        var postgres = await TestPostgres.Shared();
        Process = await ChildProcesses.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Intervision.Intake.dll")])
            {
                WorkingDirectory = AppContext.BaseDirectory,
                Environment =
                {
                    ["ASPNETCORE_ENVIRONMENT"] = "Development",
                    ["ConnectionStrings__database"] = postgres.App("intake", DatabaseName),
                    ["Authentication__DevelopmentPublicKey"] = Tokens.PublicKey,
                    ["Intake__MasterKey"] = MasterKey,
                    ["Intake__Watch__SlowestReader"] = "00:00:02",
                    ["Intake__Watch__StreamsPerCaller"] = "2",
                    ["Messaging__Enabled"] = "false",
                    ["Kestrel__Endpoints__grpc__Url"] = $"http://{Address}",
                    ["Kestrel__Endpoints__http__Url"] = $"http://127.0.0.1:{httpPort}",
                },
            },
            said.Enqueue);
        using var http = new HttpClient();
        await Eventually.IsTrue(() => IsHealthy(http), "Intake is healthy", TimeSpan.FromSeconds(60));
    }

    /// <summary>SIGKILL.</summary>
    public async Task Kill()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await Kill();
        Assert.DoesNotContain(said, line => line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal));
        await DisposeAsync();
    }

    protected override async Task Prepare()
    {
        await base.Prepare();
        await Serve();
    }

    private async Task<bool> IsHealthy(HttpClient http)
    {
        try
        {
            return (await http.GetAsync($"http://127.0.0.1:{httpPort}/health")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            Assert.False(Process.HasExited, string.Join('\n', said));
            return false;
        }
    }
}
