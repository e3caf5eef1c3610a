using System.Globalization;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Ports;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.RabbitMq;

/// <summary>A RabbitMQ node of this machine, as a child process, as an unprivileged user.</summary>
internal static class LocalRabbitMq
{
    private const string Libraries = "/usr/lib/rabbitmq/lib";

    public static ProcessPlan NameServerPlan(string name, int port)
    {
        var epmd = Commands.Find("epmd") ?? throw NotInstalled(name);
        return new ProcessPlan(epmd, ["-address", "127.0.0.1", "-port", $"{port}"], "/")
        {
            CleanEnvironment = true,
            Unprivileged = true,
            Grace = TimeSpan.FromSeconds(1),
        };
    }

    public static async Task<ProcessPlan> PlanAsync(RabbitMQServerResource broker, int nameServerPort, LaunchContext context)
    {
        // Not /usr/sbin/rabbitmq-server: that one insists on being the user rabbitmq.
        var server = context.Launcher.FindServer("RabbitMq", "rabbitmq-server", Commands.Versions(Libraries, "rabbitmq_server-", "sbin"));
        if (server is null || server.StartsWith("/usr/sbin/", StringComparison.Ordinal))
        {
            throw NotInstalled(broker.Name);
        }
        var folder = context.Launcher.Data.ForServer(broker.Name);
        var cookie = Path.Combine(folder, ".erlang.cookie");
        if (!File.Exists(cookie))
        {
            Give(cookie, RandomNumberGenerator.GetHexString(32), UnixFileMode.UserRead);
        }
        Give(Path.Combine(folder, "enabled_plugins"), "[].\n");
        Give(Path.Combine(folder, "rabbitmq.config"), await ConfigurationAsync(broker, context.CancellationToken));
        return new ProcessPlan(server, [], folder)
        {
            CleanEnvironment = true,
            Environment = Variables(broker, folder, nameServerPort),
            Unprivileged = true,
            // The VM stops its own helpers; the group signal would take them from under it.
            SignalLeaderOnly = true,
            DeathSignal = Posix.SigTerm,
            Grace = TimeSpan.FromSeconds(20),
        };
    }

    private static DistributedApplicationException NotInstalled(string name) => new(
        $"« {name} » ne peut pas démarrer : RabbitMQ n'est pas installé (apt-get install --no-install-recommends rabbitmq-server), ou donnez ConnectionStrings__rabbitmq d'un serveur existant.");

    /// <summary>As Erlang terms: the other format costs two seconds of translation at each start.</summary>
    private static async Task<string> ConfigurationAsync(RabbitMQServerResource broker, CancellationToken cancellationToken)
    {
        var user = await broker.UserNameReference.GetValueAsync(cancellationToken);
        var password = await broker.PasswordParameter.GetValueAsync(cancellationToken);
        var port = broker.PrimaryEndpoint.Port.ToString(CultureInfo.InvariantCulture);
        return $$$"""
            [{rabbit, [
               {tcp_listeners, [{"127.0.0.1", {{{port}}}}]},
               {default_user, <<"{{{Term(user)}}}">>},
               {default_pass, <<"{{{Term(password)}}}">>},
               {vm_memory_high_watermark, {absolute, 1073741824}},
               {disk_free_limit, 104857600}
            ]}].

            """;
    }

    private static Dictionary<string, string> Variables(RabbitMQServerResource broker, string folder, int nameServerPort)
    {
        const string onLoopback = "-kernel inet_dist_use_interface {127,0,0,1}";
        return new(StringComparer.Ordinal)
        {
            ["HOME"] = folder,
            ["LANG"] = "C.UTF-8",
            // The script then becomes the VM: the child's pid is the broker's, and SIGTERM is a clean stop.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_NODENAME"] = $"{broker.Name}@localhost",
            ["RABBITMQ_NODE_PORT"] = broker.PrimaryEndpoint.Port.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_DIST_PORT"] = PortAllocation.Free().ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(folder, "generated"),
            ["RABBITMQ_SCHEMA_DIR"] = Path.Combine(folder, "schema"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.config"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(folder, "advanced.config"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
            ["RABBITMQ_FEATURE_FLAGS_FILE"] = Path.Combine(folder, "feature_flags"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = onLoopback,
            ["RABBITMQ_CTL_ERL_ARGS"] = onLoopback,
            ["ERL_EPMD_PORT"] = nameServerPort.ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_CRASH_DUMP"] = "/dev/null",
        };
    }

    private static string Term(string? text) =>
        (text ?? string.Empty).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static void Give(string file, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        DataFolder.Write(file, text, mode);
        DataFolder.GiveToServers(file);
    }
}
