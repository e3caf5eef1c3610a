using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json.Nodes;
using Intervision.Tests.Support;

namespace Intervision.EndToEnd.Tests;

/// <summary>The whole suite as users run it: the app host as a process, on ports and in a data folder of its own.</summary>
internal sealed class RunningSuite : IAsyncDisposable
{
    public static readonly string[] Services = ["membership", "intake", "scheduling", "indemnisation"];

    private readonly Dictionary<string, int> ports = new(StringComparer.Ordinal);
    private readonly HttpClient page;
    private readonly List<string> said = [];
    private Process host = null!;
    private string? traceparent;

    private RunningSuite()
    {
        Folder = Directory.CreateTempSubdirectory("intervision-e2e-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // The servers' unprivileged user walks down to its own folders.
            File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        }

        foreach (var name in Services.SelectMany(s => new[] { $"{s}-grpc", $"{s}-http" }).Concat(["postgres", "rabbitmq", "page"]))
        {
            ports[name] = Ports.Free();
        }

        page = new HttpClient { BaseAddress = new Uri($"http://localhost:{ports["page"]}"), Timeout = TimeSpan.FromSeconds(5) };
    }

    public static string Root { get; } = Metadata("RepositoryRoot");

    public static string DemoProgram => Program("services/Demo", "Intervision.Demo.dll");

    public string Folder { get; }

    public int HostProcess => host.Id;

    /// <summary>The private PostgreSQL as its owner sees it; a database is still to be named.</summary>
    public string Postgres => $"Host=localhost;Port={ports["postgres"]};Username=postgres;Password={Secret("postgres-password")}";

    public Uri Broker => new($"amqp://guest:{Uri.EscapeDataString(Secret("rabbitmq-password"))}@localhost:{ports["rabbitmq"]}");

    public string Secrets => Path.Combine(Folder, "secrets");

    public Uri Grpc(string service) => new($"http://localhost:{ports[$"{service}-grpc"]}");

    /// <summary>Where a person looks with a browser.</summary>
    public Uri Http(string service) => new($"http://localhost:{ports[$"{service}-http"]}");

    public Uri Page => page.BaseAddress!;

    /// <param name="environment">What the app host and all below it get besides.</param>
    public static async Task<RunningSuite> Start(IReadOnlyDictionary<string, string>? environment = null)
    {
        var suite = new RunningSuite();
        // Should the tests be killed, the suite goes too.
        var start = suite.StartInfo("setpriv", "--pdeathsig", "KILL", "--", "dotnet", Program("AppHost", "AppHost.dll"));
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        suite.traceparent = environment?.GetValueOrDefault("TRACEPARENT");

        suite.host = await ChildProcesses.Start(start, line => Keep(suite.said, line));
        var (code, output) = await suite.Run("wait", "--process", suite.host.Id.ToString(CultureInfo.InvariantCulture));
        if (code != 0)
        {
            var words = suite.Said;
            await suite.DisposeAsync();
            Assert.Fail($"The suite did not start: {output}\n{words}");
        }

        return suite;
    }

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

    /// <summary>The demo as a process of its own; its lines are in <paramref name="lines"/> as they come.</summary>
    public Process StartDemo(List<string> lines, params string[] arguments)
    {
        var process = Process.Start(StartInfo("dotnet", [DemoProgram, .. arguments]))!;
        process.OutputDataReceived += (_, e) => Keep(lines, e.Data);
        process.ErrorDataReceived += (_, e) => Keep(lines, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <returns>Exit code and all it said.</returns>
    public async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        var lines = new List<string>();
        using var demo = StartDemo(lines, arguments);
        await demo.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token);
        lock (lines)
        {
            return (demo.ExitCode, string.Join('\n', lines));
        }
    }

    /// <summary>Plays the region; its table as JSON, without what differs from run to run (paths, seconds).</summary>
    public async Task<JsonObject> Play(string region)
    {
        var (code, output) = await Run(PlayArguments(region));
        Assert.True(code == 0, $"exit code {code}: {output}");
        return Table();
    }

    public string[] PlayArguments(string region) => ["play", "--data", region, "--report", ReportFile];

    public string ReportFile => Path.Combine(Folder, "report.json");

    public JsonObject Table()
    {
        var report = JsonNode.Parse(File.ReadAllText(ReportFile))!.AsObject();
        Assert.All((string[])["paymentFile", "paymentFiles", "seconds"], varying => Assert.True(report.Remove(varying), varying));
        return report;
    }

    /// <summary>Name and gRPC address of each replica of a service, as the app host's page says.</summary>
    public async Task<IReadOnlyList<(string Name, string Grpc)>> ReplicasOf(string service)
    {
        var all = await page.GetFromJsonAsync<JsonArray>("api/resources");
        return
        [
            .. from resource in all
               let name = (string)resource!["name"]!
               where name.StartsWith($"{service}-", StringComparison.Ordinal)
               from endpoint in resource["endpoints"]!.AsArray()
               where (string)endpoint!["name"]! == "grpc"
               select (name, (string)endpoint["url"]!),
        ];
    }

    public async Task<int> ProcessOf(string resource)
    {
        var all = await page.GetFromJsonAsync<JsonArray>("api/resources");
        return (int)(all!.Single(r => (string)r!["name"]! == resource)!["processId"] ?? 0);
    }

    /// <summary>SIGKILL, and wait until the app host has started it anew and found it well.</summary>
    public async Task KillAndAwait(string resource)
    {
        var before = await ProcessOf(resource);
        using (var process = Process.GetProcessById(before))
        {
            process.Kill();
        }

        await Eventually.IsTrue(
            async () =>
            {
                var all = await page.GetFromJsonAsync<JsonArray>("api/resources");
                var one = all!.Single(r => (string)r!["name"]! == resource)!;
                return (bool)one["ready"]! && (int?)one["processId"] is { } now && now != before;
            },
            $"{resource} is back", TimeSpan.FromSeconds(90));
    }

    /// <summary>Every process below the app host, as they are now.</summary>
    public IReadOnlyList<int> Descendants() => Descendants(host.Id);

    public async Task KillHost()
    {
        host.Kill();
        await host.WaitForExitAsync();
    }

    /// <summary>An ordinary end: everybody says what is left to say. The folder stays until the suite is disposed of.</summary>
    public async Task Stop()
    {
        if (!host.HasExited)
        {
            using var terminate = Process.Start("kill", ["-TERM", host.Id.ToString(CultureInfo.InvariantCulture)]);
            await terminate.WaitForExitAsync();
            await host.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        host.Dispose();
        page.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private ProcessStartInfo StartInfo(string command, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        start.Environment["INTERVISION_DATA"] = Folder;
        if (traceparent is not null)
        {
            start.Environment["TRACEPARENT"] = traceparent;
        }

        foreach (var (name, port) in ports)
        {
            start.Environment[$"Ports__{name}"] = port.ToString(CultureInfo.InvariantCulture);
        }

        return start;
    }

    private string Secret(string name) => File.ReadAllText(Path.Combine(Secrets, name)).Trim();

    private static void Keep(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }
    }

    private static List<int> Descendants(int parent)
    {
        var children = Directory.GetDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && ParentOf(id) == parent)
            .ToList();
        return [.. children, .. children.SelectMany(Descendants)];
    }

    private static int ParentOf(int id)
    {
        try
        {
            // pid (name) state parent …; the name may hold anything but ends at the last parenthesis.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string Program(string project, string file) =>
        Path.Combine(Root, project, "bin", Metadata("Configuration"), "net10.0", file);

    private static string Metadata(string key) =>
        typeof(RunningSuite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
