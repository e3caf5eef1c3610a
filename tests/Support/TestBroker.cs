using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Intervision.Tests.Support;

/// <summary>
/// One RabbitMQ per test process, a virtual host per test class. Environment variable <c>INTERVISION_TEST_RABBITMQ</c>
/// names one that runs already: <c>amqp://user:password@host:port;http://host:port</c>, the second its management API.
/// </summary>
public sealed class TestBroker : IAsyncDisposable
{
    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static TestBroker? shared;
    private readonly Uri amqp;
    private readonly HttpClient management;
    private readonly string? folder;
    private readonly int nameServerPort;
    private Process? nameServer;
    private Process? node;
    private string tail = "";

    private TestBroker(Uri amqp, Uri management, string? folder)
    {
        this.amqp = amqp;
        this.folder = folder;
        nameServerPort = Ports.Free();
        this.management = new HttpClient { BaseAddress = management };
        this.management.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(amqp.UserInfo))));
    }

    /// <summary>The broker of this test process, started on first use.</summary>
    public static async Task<TestBroker> Shared()
    {
        await Gate.WaitAsync();
        try
        {
            if (shared is null)
            {
                shared = Environment.GetEnvironmentVariable("INTERVISION_TEST_RABBITMQ") is { Length: > 0 } given
                    ? new TestBroker(new Uri(given.Split(';')[0]), new Uri(given.Split(';')[1]), folder: null)
                    : await StartNew();
                AppDomain.CurrentDomain.ProcessExit += (_, _) => shared.Kill();
            }

            return shared;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A node of one's own, for tests that stop or kill it.</summary>
    public static async Task<TestBroker> StartNew()
    {
        var broker = new TestBroker(
            new Uri($"amqp://test:test@127.0.0.1:{Ports.Free()}"), new Uri($"http://127.0.0.1:{Ports.Free()}"),
            Directory.CreateTempSubdirectory("intervision-mq-").FullName);
        await broker.Start();
        return broker;
    }

    /// <summary>AMQP URI of a fresh virtual host.</summary>
    public async Task<string> NewVirtualHost()
    {
        var name = $"t-{Guid.CreateVersion7():N}";
        (await management.PutAsync($"/api/vhosts/{name}", content: null)).EnsureSuccessStatusCode();
        var everything = new { configure = ".*", write = ".*", read = ".*" };
        var user = amqp.UserInfo.Split(':')[0];
        (await management.PutAsJsonAsync($"/api/permissions/{name}/{user}", everything)).EnsureSuccessStatusCode();
        return $"{amqp.GetLeftPart(UriPartial.Authority)}/{name}";
    }

    /// <summary>Removes a virtual host with all its queues.</summary>
    public async Task Drop(string uri) => await management.DeleteAsync($"/api/vhosts/{new Uri(uri).AbsolutePath[1..]}");

    /// <summary>What <c>rabbitmqctl purge_queue</c> does, for every queue of a virtual host.</summary>
    public async Task Purge(string uri)
    {
        var host = new Uri(uri).AbsolutePath[1..];
        foreach (var queue in (await management.GetFromJsonAsync<JsonArray>($"/api/queues/{host}"))!)
        {
            (await management.DeleteAsync($"/api/queues/{host}/{queue!["name"]}/contents")).EnsureSuccessStatusCode();
        }
    }

    /// <summary>Closes every connection of a virtual host, as a network failure would.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CutConnections(string uri)
    {
        var connections = await management.GetFromJsonAsync<JsonArray>($"/api/vhosts/{new Uri(uri).AbsolutePath[1..]}/connections");
        foreach (var connection in connections!)
        {
            await management.DeleteAsync($"/api/connections/{Uri.EscapeDataString((string)connection!["name"]!)}");
        }

        return connections.Count;
    }

    /// <summary>Starts the node (again) and waits until it answers.</summary>
    public async Task Start()
    {
        nameServer ??= await ChildProcesses.Start(Command("epmd", "-address", "127.0.0.1", "-port", $"{nameServerPort}"));
        WriteConfiguration();
        var server = Command(Sbin + "/rabbitmq-server");
        foreach (var (name, value) in Variables())
        {
            server.Environment[name] = value;
        }

        node = await ChildProcesses.Start(server, line => tail = $"{tail[Math.Max(0, tail.Length - 4000)..]}\n{line}");
        await Eventually.IsTrue(Answers, "RabbitMQ answers", TimeSpan.FromSeconds(90));
    }

    /// <summary>SIGKILL, as a crash would; the name server stays.</summary>
    public void KillNode()
    {
        if (node is { HasExited: false })
        {
            node.Kill(entireProcessTree: true);
            node.WaitForExit(5000);
        }
    }

    /// <summary>SIGSTOP: connections stay, answers do not come.</summary>
    /// <summary>Processor time the node has used since it started.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            node!.Refresh();
            return node.TotalProcessorTime;
        }
    }

    public void Freeze() => Signal("STOP");

    public void Thaw() => Signal("CONT");

    public void Kill()
    {
        KillNode();
        if (nameServer is { HasExited: false })
        {
            nameServer.Kill();
        }
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        management.Dispose();
        if (folder is not null)
        {
            Directory.Delete(folder, recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{node!.Id}"]);
        kill.WaitForExit();
    }

    private static string Sbin =>
        (Directory.Exists("/usr/lib/rabbitmq/lib") ? Directory.GetDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*") : [])
        .OrderByDescending(d => d, StringComparer.Ordinal).Select(d => $"{d}/sbin").FirstOrDefault()
        ?? throw new InvalidOperationException("RabbitMQ is missing: apt-get install --no-install-recommends rabbitmq-server");

    private async Task<bool> Answers()
    {
        if (node is { HasExited: true })
        {
            throw new InvalidOperationException($"RabbitMQ ended: {tail}");
        }

        try
        {
            return (await management.GetAsync("/api/overview")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void WriteConfiguration()
    {
        var cookie = Path.Combine(folder!, ".erlang.cookie");
        if (!File.Exists(cookie))
        {
            File.WriteAllText(cookie, "INTERVISIONTESTS");
            // The VM refuses a cookie that others can read.
            using var chmod = Process.Start("chmod", ["400", cookie]);
            chmod.WaitForExit();
        }

        File.WriteAllText(Path.Combine(folder!, "enabled_plugins"), "[rabbitmq_management].\n");
        // As Erlang terms: the other format costs two seconds of translation at each start.
        File.WriteAllText(
            Path.Combine(folder!, "rabbitmq.config"),
            $$$"""
            [{rabbit, [{tcp_listeners, [{"127.0.0.1", {{{amqp.Port}}}}]}, {default_user, <<"test">>}, {default_pass, <<"test">>},
                       {disk_free_limit, 50000000}, {vm_memory_high_watermark, {absolute, 1073741824}}]},
             {rabbitmq_management, [{tcp_config, [{ip, "127.0.0.1"}, {port, {{{management.BaseAddress!.Port}}}}]}]}].
            """);
    }

    private Dictionary<string, string> Variables()
    {
        const string onLoopback = "-kernel inet_dist_use_interface {127,0,0,1}";
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = folder!,
            ["LANG"] = "C.UTF-8",
            // The script then becomes the VM: the child's pid is the broker's.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_NODENAME"] = $"test{amqp.Port}@localhost",
            ["RABBITMQ_NODE_PORT"] = $"{amqp.Port}",
            ["RABBITMQ_DIST_PORT"] = $"{Ports.Free()}",
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = onLoopback,
            ["RABBITMQ_CTL_ERL_ARGS"] = onLoopback,
            ["ERL_EPMD_PORT"] = $"{nameServerPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_CRASH_DUMP"] = "/dev/null",
        };
        foreach (var (name, file) in new[]
        {
            ("MNESIA_BASE", "mnesia"), ("LOG_BASE", "log"), ("GENERATED_CONFIG_DIR", "generated"), ("SCHEMA_DIR", "schema"),
            ("CONFIG_FILE", "rabbitmq.config"), ("ADVANCED_CONFIG_FILE", "advanced.config"), ("ENABLED_PLUGINS_FILE", "enabled_plugins"),
            ("FEATURE_FLAGS_FILE", "feature_flags"), ("PID_FILE", "pid"),
        })
        {
            all[$"RABBITMQ_{name}"] = Path.Combine(folder!, file);
        }

        return all;
    }

    private static ProcessStartInfo Command(params string[] command) => new("setpriv", ["--pdeathsig", "KILL", "--", .. command]) { WorkingDirectory = "/" };
}
