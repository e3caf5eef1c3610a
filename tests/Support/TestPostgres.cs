using System.Diagnostics;
using System.Reflection;
using Dapper;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Tests.Support;

/// <summary>
/// One private PostgreSQL cluster per test process, as an unprivileged user when we are root. Databases are copied from
/// a migrated template, so that each test class gets its own in a few milliseconds.
/// </summary>
public sealed partial class TestPostgres : IAsyncDisposable
{
    public const string AppPassword = "app";
    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static TestPostgres? shared;
    private readonly HashSet<string> templates = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim templating = new(1, 1);
    private readonly string folder;
    private readonly int port;
    private Process? server;
    private int databases;
    private bool fsync;
    private string[] settings = [];

    private TestPostgres(string folder, int port) => (this.folder, this.port) = (folder, port);

    /// <summary>
    /// Folder of the server's own programs (initdb, pgbench, …): the newest installed one, or of another version, which
    /// <c>INTERVISION_TEST_POSTGRES_BIN</c> names.
    /// </summary>
    public static string Bin { get; } =
        Environment.GetEnvironmentVariable("INTERVISION_TEST_POSTGRES_BIN") is { Length: > 0 } given ? given
        : Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => d, StringComparer.Ordinal).First() + "/bin"
            : throw new InvalidOperationException("PostgreSQL is missing: apt-get install postgresql");

    public int ProcessId => server!.Id;

    /// <summary>The cluster of this test process, started on first use and stopped when the process ends.</summary>
    public static async Task<TestPostgres> Shared()
    {
        await Gate.WaitAsync();
        try
        {
            if (shared is null)
            {
                shared = await StartNew();
                AppDomain.CurrentDomain.ProcessExit += (_, _) => shared.Abandon();
            }

            return shared;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A cluster of one's own, for tests that stop or kill it.</summary>
    /// <param name="durable">Also against power cuts, for measurements.</param>
    /// <param name="settings">Of the server, as <c>shared_buffers=1GB</c>.</param>
    public static async Task<TestPostgres> StartNew(bool durable = false, params string[] settings)
    {
        var root = Directory.CreateTempSubdirectory("intervision-pg-").FullName;
        var cluster = new TestPostgres(root, Ports.Free()) { fsync = durable, settings = settings };
        Run("chmod", "755", root);
        var data = Path.Combine(root, "data");
        Directory.CreateDirectory(data);
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "-R", "nobody:nogroup", root);
        }

        Run(AsServerUser($"{Bin}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--no-sync"));
        await cluster.Start();
        return cluster;
    }

    /// <summary>Connection string of the owner of a database.</summary>
    public string Owner(string database) =>
        $"Host=127.0.0.1;Port={port};Username=postgres;Database={database};Include Error Detail=true";

    /// <summary>Connection string of a service's own login.</summary>
    public string App(string service, string database) =>
        $"Host=127.0.0.1;Port={port};Username={service}_app;Password={AppPassword};Database={database};Maximum Pool Size=30";

    /// <summary>A fresh database with all migrations of a service (and its seed), copied from a template.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> NewDatabase(string service, Assembly migrations, Func<Tx, Task>? seed = null)
    {
        var template = seed is null ? $"template_{service}" : $"template_{service}_seeded";
        await templating.WaitAsync();
        try
        {
            if (templates.Add(template))
            {
                await Migrator.Migrate(Owner(template), service, migrations, AppPassword, seed, CancellationToken.None);
            }

            var name = $"{service}_{Interlocked.Increment(ref databases)}";
            await using var connection = new NpgsqlConnection(Owner("postgres"));
            await connection.OpenAsync();
            await connection.ExecuteAsync($"create database {name} template {template}");
            // Privileges on the database itself are not copied with a template.
            await connection.ExecuteAsync($"revoke all on database {name} from public; grant connect on database {name} to {service}_app");
            return name;
        }
        finally
        {
            templating.Release();
        }
    }

    /// <summary>Starts the postmaster (again) and waits until it answers.</summary>
    public async Task Start()
    {
        var data = Path.Combine(folder, "data");
        server = await ChildProcesses.Start(Quiet(AsServerUser(
        [
            $"{Bin}/postgres", "-D", data, "-p", port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={folder}",
            // Durability against power cuts is the server's own promise; a killed process loses nothing without fsync.
            "-c", $"fsync={(fsync ? "on" : "off")}", "-c", "max_connections=400", "-c", "log_min_messages=fatal",
            .. settings.SelectMany(s => new[] { "-c", s }),
        ])));
        await Eventually.IsTrue(Answers, "PostgreSQL answers", TimeSpan.FromSeconds(30));
    }

    /// <summary>SIGKILL, as a crash would.</summary>
    public void Kill()
    {
        if (server is { HasExited: false })
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit(5000);
        }
    }

    public ValueTask DisposeAsync()
    {
        Remove();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// At the end of the process, which the test runner gives ten seconds: dozens of databases take longer to delete on a
    /// busy machine, so that goes on without us.
    /// </summary>
    private void Abandon()
    {
        Kill();
        using var deletion = Process.Start("rm", ["-rf", folder]);
    }

    private void Remove()
    {
        Kill();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> Answers()
    {
        try
        {
            await using var connection = new NpgsqlConnection(Owner("postgres") + ";Pooling=false;Timeout=2");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string[] AsServerUser(params string[] command) => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig", "KILL", "--", .. command]
        : ["setpriv", "--pdeathsig", "KILL", "--", .. command];

    private static ProcessStartInfo Quiet(string[] command) => new(command[0], command[1..])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = "/",
    };

    /// <returns>What it printed.</returns>
    private static string Run(params string[] command)
    {
        var said = new System.Text.StringBuilder();
        using var process = Process.Start(Quiet(command))!;
        process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} failed: {said}");
        }

        return printed;
    }
}
