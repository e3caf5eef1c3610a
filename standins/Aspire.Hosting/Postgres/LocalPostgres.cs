using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Postgres;

/// <summary>A PostgreSQL cluster of this machine, as a child process: made on the first start, kept for the next.</summary>
internal static class LocalPostgres
{
    public static async Task<ProcessPlan> PlanAsync(PostgresServerResource server, LaunchContext context)
    {
        var postgres = context.Launcher.FindServer("Postgres", "postgres", Commands.Versions("/usr/lib/postgresql", "", "bin"))
            ?? throw new DistributedApplicationException(
                $"« {server.Name} » ne peut pas démarrer : PostgreSQL n'est pas installé (apt-get install postgresql), ou donnez ConnectionStrings__{server.Name} d'un serveur existant.");
        var folder = context.Launcher.Data.ForServer(server.Name);
        var data = Path.Combine(folder, "data");
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
        {
            await InitializeAsync(server, context, Path.GetDirectoryName(postgres)!, folder, data);
        }
        RefuseOtherVersion(server, postgres, data);
        await EndLeftOverAsync(data);
        var port = server.PrimaryEndpoint.Port.ToString(CultureInfo.InvariantCulture);
        return new ProcessPlan(
            postgres,
            ["-D", data, "-c", "listen_addresses=127.0.0.1", "-c", $"port={port}", "-c", "unix_socket_directories=", "-c", "max_connections=200"],
            folder)
        {
            CleanEnvironment = true,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LANG"] = "C.UTF-8", ["HOME"] = folder },
            Unprivileged = true,
            StopSignal = Posix.SigInt,
            DeathSignal = Posix.SigInt,
            SignalLeaderOnly = true,
            AfterExit = () => EndBackendsAsync(data),
        };
    }

    /// <summary>Beside its final place, then moved: an interrupted initdb is never mistaken for a cluster.</summary>
    private static async Task InitializeAsync(PostgresServerResource server, LaunchContext context, string bin, string folder, string data)
    {
        var made = Path.Combine(folder, "data.new");
        var passwordFile = Path.Combine(folder, "password");
        if (Directory.Exists(made))
        {
            Directory.Delete(made, recursive: true);
        }
        DataFolder.Write(passwordFile, await server.PasswordParameter.GetValueAsync(context.CancellationToken) ?? string.Empty);
        DataFolder.GiveToServers(passwordFile);
        var user = await server.UserNameReference.GetValueAsync(context.CancellationToken);
        string[] arguments =
        [
            "-D", made, "-U", user!, "-A", "scram-sha-256", $"--pwfile={passwordFile}", "-E", "UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--no-instructions",
        ];
        await context.Launcher.RunAsync(server, new ProcessPlan(Path.Combine(bin, "initdb"), arguments, folder)
        {
            CleanEnvironment = true,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LANG"] = "C.UTF-8", ["HOME"] = folder },
            Unprivileged = true,
        });
        File.Delete(passwordFile);
        Directory.Move(made, data);
    }

    private static void RefuseOtherVersion(PostgresServerResource server, string postgres, string data)
    {
        var made = File.ReadAllText(Path.Combine(data, "PG_VERSION")).Trim();
        if (Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(postgres)))?.Split('.')[0] is { } installed
            && int.TryParse(installed, NumberStyles.None, CultureInfo.InvariantCulture, out _) && installed != made)
        {
            throw new DistributedApplicationException(
                $"« {server.Name} » ne peut pas démarrer : les données de {data} sont de PostgreSQL {made}, le serveur installé est {installed}.");
        }
    }

    /// <summary>
    /// A postmaster of an app host that died together with its watchdog. A pid file whose process is something
    /// else is stale: the system gave the number to another program.
    /// </summary>
    private static async Task EndLeftOverAsync(string data)
    {
        var pidFile = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(pidFile))
        {
            return;
        }
        var first = File.ReadLines(pidFile).FirstOrDefault();
        if (int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && ServesFrom(pid, data))
        {
            Posix.Signal(pid, Posix.SigInt);
            await EndBackendsAsync(data);
        }
        File.Delete(pidFile);
    }

    /// <summary>
    /// Backends of a killed postmaster notice within about a second, and a new one cannot start before: they are
    /// groups of their own, known by their working directory.
    /// </summary>
    private static async Task EndBackendsAsync(string data)
    {
        for (var tries = 0; tries < 80; tries++)
        {
            var left = Directory.EnumerateDirectories("/proc")
                .Select(p => int.TryParse(Path.GetFileName(p), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
                .Where(pid => pid > 0 && ServesFrom(pid, data))
                .ToList();
            if (left.Count == 0)
            {
                return;
            }
            if (tries >= 40)
            {
                left.ForEach(pid => Posix.Signal(pid, Posix.SigKill));
            }
            await Task.Delay(TimeSpan.FromSeconds(0.05));
        }
    }

    private static bool ServesFrom(int pid, string data)
    {
        try
        {
            return Directory.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName == data;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
