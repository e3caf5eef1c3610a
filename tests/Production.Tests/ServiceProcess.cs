using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Intervision.Tests.Support;

namespace Intervision.Production.Tests;

/// <summary>One process of a service, its environment given as an installation gives it.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90), ToItsEnd = TimeSpan.FromMinutes(4);
    private readonly Process process;
    private readonly List<string> said;

    private ServiceProcess(Process process, List<string> said, Uri grpc, Uri http) => (this.process, this.said, Grpc, Http) = (process, said, grpc, http);

    public static string Root { get; } = Metadata("RepositoryRoot");

    public Uri Grpc { get; }

    public Uri Http { get; }

    public int Id => process.Id;

    public string Said
    {
        get
        {
            lock (said)
            {
                return string.Join('\n', said);
            }
        }
    }

    /// <summary>A command that runs to its end: <c>migrate</c>, <c>verify-erasures</c>, …</summary>
    public static Task<(int Code, string Said)> Run(string service, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Run(service, environment, root: null, arguments);

    /// <inheritdoc cref="Run(string, IReadOnlyDictionary{string, string}, string[])"/>
    public static async Task<(int Code, string Said)> Run(string service, IReadOnlyDictionary<string, string> environment, ReadOnlyRoot? root, params string[] arguments)
    {
        var lines = new List<string>();
        using var command = await Start(service, environment, root, lines, arguments);
        await command.WaitForExitAsync(new CancellationTokenSource(ToItsEnd).Token);
        lock (lines)
        {
            return (command.ExitCode, string.Join('\n', lines));
        }
    }

    /// <summary>Until <c>/health</c> is well.</summary>
    /// <param name="at">Ports of gRPC and HTTP, where others know it; null: new ones.</param>
    /// <param name="root">What it runs in; null: as this process does.</param>
    public static async Task<ServiceProcess> Start(
        string service, IReadOnlyDictionary<string, string> environment, (int Grpc, int Http)? at = null, ReadOnlyRoot? root = null)
    {
        var (grpc, http) = at ?? (Loopback.Port(), Loopback.Port());
        var all = new Dictionary<string, string>(environment, StringComparer.Ordinal)
        {
            ["Kestrel__Endpoints__grpc__Url"] = Address(grpc).GetLeftPart(UriPartial.Authority),
            ["Kestrel__Endpoints__http__Url"] = Address(http).GetLeftPart(UriPartial.Authority),
        };
        var lines = new List<string>();
        var started = new ServiceProcess(await Start(service, all, root, lines), lines, Address(grpc), Address(http));
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.IsTrue(() => started.IsHealthy(client), $"{service} is healthy", Patience);
        return started;
    }

    /// <summary>SIGTERM, as Kubernetes and Compose send it; until the process is gone.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private async Task<bool> IsHealthy(HttpClient client)
    {
        Assert.False(process.HasExited, Said);
        try
        {
            return await client.GetStringAsync(new Uri(Http, "/health")) == "Healthy";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static Uri Address(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://{Loopback.Host}:{port}"));

    private static Task<Process> Start(
        string service, IReadOnlyDictionary<string, string> environment, ReadOnlyRoot? root, List<string> lines, params string[] arguments)
    {
        var name = CultureInfo.InvariantCulture.TextInfo.ToTitleCase(service);
        var folder = Path.Combine(Root, "services", name, "bin", Metadata("Configuration"), "net10.0");
        var program = Path.Combine(folder, $"Intervision.{name}.dll");
        var start = root?.Start(program, arguments)
            ?? new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "--", "dotnet", program, .. arguments]) { WorkingDirectory = folder };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return ChildProcesses.Start(start, line =>
        {
            lock (lines)
            {
                lines.Add(line);
            }
        });
    }

    private static string Metadata(string key) =>
        typeof(ServiceProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
