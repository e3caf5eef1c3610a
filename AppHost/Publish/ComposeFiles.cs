using System.Text;

namespace Intervision.AppHost.Publish;

/// <summary>
/// <c>compose.yaml</c> and its <c>.env</c>: everything on one machine, for a try-out or a small region. What must be given
/// stands in <c>.env</c>; without it Compose says what is missing and starts nothing.
/// </summary>
internal sealed class ComposeFiles(Deployment deployment)
{
    private const string Front = "front", Inside = "inside";

    /// <summary>The user of Microsoft's chiseled images.</summary>
    private const string User = "1654:1654";

    public string Compose()
    {
        var services = new Yaml
        {
            [deployment.Postgres.Name] = Postgres(),
            [deployment.RabbitMq.Name] = RabbitMq(),
        };
        foreach (var service in deployment.Services)
        {
            if (service.Migration is { } migration)
            {
                services[migration.Name] = Migration(service, migration);
            }
            if (service.Folders.Count > 0)
            {
                services[$"{service.Name}-folders", "A new volume belongs to root: it is given to the service once."] = Folders(service);
            }
            services[service.Name] = Running(service);
        }
        var volumes = new Yaml { [$"{deployment.Postgres.Name}-data"] = Volume($"{deployment.Postgres.Name}-data"), [$"{deployment.RabbitMq.Name}-data"] = Volume($"{deployment.RabbitMq.Name}-data") };
        foreach (var folder in deployment.Services.SelectMany(s => s.Folders))
        {
            volumes[folder.Name] = Volume(folder.Name);
        }
        return Publication.Header + new Yaml
        {
            ["services"] = services,
            ["networks"] = new Yaml
            {
                [Front] = new Yaml { ["driver"] = "bridge" },
                [Inside, "Databases and broker: nobody outside reaches them, and they reach nobody."] = new Yaml { ["driver"] = "bridge", ["internal"] = true },
            },
            ["volumes"] = volumes,
        };
    }

    /// <summary><c>compose.finance.yaml</c>, for who wants it beside the other: consumers from outside reach the broker.</summary>
    public string Finance() => Publication.Header + new Yaml
    {
        ["services"] = new Yaml
        {
            [deployment.RabbitMq.Name] = new Yaml
            {
                ["ports"] = (string[])[Published(deployment.RabbitMq.Port)],
                ["networks", "A network without a way out publishes nothing."] = (string[])[Front, Inside],
            },
        },
    };

    /// <summary>One key per parameter; those that are there already keep their values.</summary>
    /// <param name="before">The file as it is; empty when there is none.</param>
    public string Env(string before)
    {
        var text = new StringBuilder(before.Length == 0 ? "# Values for compose.yaml. Secrets stand here: chmod 600, never in a repository.\n" : before.TrimEnd() + "\n");
        var given = before.Split('\n').Select(line => line.Split('=')[0].Trim()).ToHashSet(StringComparer.Ordinal);
        IEnumerable<(string Key, string Purpose, string Value)> keys =
        [
            ("COMPOSE_PROJECT_NAME", "What Compose calls all of it.", "intervision"),
            ("IMAGE_REGISTRY", "Where the images are, with a slash at the end: registry.example.org/.", ""),
            ("IMAGE_TAG", "Which version.", ""),
            ("BIND_ADDRESS", "Where ports are published; a proxy in front ends TLS.", "127.0.0.1"),
            .. deployment.Parameters.Select(p => (p.Variable, p.Purpose, p.Otherwise ?? "")),
        ];
        foreach (var (key, purpose, value) in keys.Where(k => !given.Contains(k.Key)))
        {
            text.Append("\n# ").Append(purpose).Append('\n').Append(key).Append('=').Append(value).Append('\n');
        }
        return text.ToString();
    }

    private Yaml Postgres() => Hardened("${POSTGRES_IMAGE:-postgres:18}", "postgres", ["/tmp", "/var/run/postgresql"], new()
    {
        ["environment"] = new Yaml
        {
            ["POSTGRES_USER"] = Filled(deployment.Postgres.User),
            ["POSTGRES_PASSWORD"] = Filled(deployment.Postgres.Password),
            ["POSTGRES_INITDB_ARGS"] = "--locale=C.UTF-8 --lc-collate=C --encoding=UTF8 --auth-host=scram-sha-256",
        },
        // Npgsql's pool, 100, for each service, and what they hold besides.
        ["command"] = (string[])["postgres", "-c", "max_connections=450"],
        ["volumes"] = (string[])[$"{deployment.Postgres.Name}-data:/var/lib/postgresql"],
        ["healthcheck"] = Check("10s", "pg_isready", "-h", "127.0.0.1", "-U", "postgres"),
        ["shm_size"] = "256mb",
    }, [Inside]);

    private Yaml RabbitMq() => Hardened("${RABBITMQ_IMAGE:-rabbitmq:4.3-management}", "rabbitmq", [], new()
    {
        // Its data are filed under its host's name.
        ["hostname"] = deployment.RabbitMq.Name,
        ["environment"] = new Yaml
        {
            ["RABBITMQ_DEFAULT_USER"] = Filled(deployment.RabbitMq.User),
            ["RABBITMQ_DEFAULT_PASS"] = Filled(deployment.RabbitMq.Password),
        },
        ["volumes"] = (string[])[$"{deployment.RabbitMq.Name}-data:/var/lib/rabbitmq"],
        ["healthcheck"] = Check("30s", "rabbitmq-diagnostics", "-q", "check_port_connectivity"),
    }, [Inside]);

    private Yaml Migration(Service service, Step migration)
    {
        var step = Hardened(Image(service), User, ["/tmp"], new()
        {
            ["command"] = migration.Arguments,
            ["environment"] = Environment(migration.Environment),
            ["depends_on"] = new Yaml { [deployment.Postgres.Name] = Once("service_healthy") },
        }, [Inside], restart: "no");
        return step;
    }

    private static Yaml Folders(Service service) => new()
    {
        ["image"] = "${POSTGRES_IMAGE:-postgres:18}",
        ["entrypoint"] = (string[])["chown", User, .. service.Folders.Select(f => f.Path)],
        ["user"] = "root",
        ["volumes"] = (string[])[.. service.Folders.Select(f => $"{f.Name}:{f.Path}")],
        ["read_only"] = true,
        ["cap_drop"] = (string[])["ALL"],
        ["cap_add"] = (string[])["CHOWN"],
        ["network_mode"] = "none",
        ["restart"] = "no",
    };

    private Yaml Running(Service service)
    {
        var waits = new Yaml { [deployment.RabbitMq.Name] = Once("service_healthy") };
        if (service.Migration is { } migration)
        {
            waits[migration.Name] = Once("service_completed_successfully");
        }
        if (service.Folders.Count > 0)
        {
            waits[$"{service.Name}-folders"] = Once("service_completed_successfully");
        }
        return Hardened(Image(service), User, ["/tmp"], new()
        {
            ["environment"] = Environment(service.Environment),
            ["expose"] = (string[])[.. service.Ports.Select(p => $"{p.Number}")],
            ["ports"] = (string[])[.. service.Outside.Select(p => Published(p.Number))],
            ["volumes"] = (string[])[.. service.Folders.Select(f => $"{f.Name}:{f.Path}")],
            ["depends_on"] = waits,
            ["healthcheck"] = Check("30s", "dotnet", $"Intervision.{char.ToUpperInvariant(service.Name[0])}{service.Name[1..]}.dll", "healthy"),
            ["stop_grace_period"] = "40s",
        }, [Front, Inside]);
    }

    /// <summary>Not root, no capability, a file system that cannot be written to but for <paramref name="tmpfs"/> and volumes.</summary>
    private static Yaml Hardened(string image, string user, string[] tmpfs, Yaml own, string[] networks, string restart = "unless-stopped")
    {
        var service = new Yaml { ["image"] = image, ["user"] = user };
        foreach (var (key, value) in own)
        {
            service[key] = value;
        }
        // RabbitMQ writes beside its data what it makes of its environment.
        service["read_only"] = tmpfs.Length > 0 ? true : null;
        service["tmpfs"] = tmpfs;
        service["cap_drop"] = (string[])["ALL"];
        service["security_opt"] = (string[])["no-new-privileges:true"];
        service["networks"] = networks;
        service["restart"] = restart;
        return service;
    }

    private Yaml Environment(IReadOnlyDictionary<string, Text> environment)
    {
        var variables = new Yaml();
        foreach (var (name, text) in environment)
        {
            variables[name] = Filled(text);
        }
        return variables;
    }

    private string Filled(Text text) => text.With(hole =>
        hole.IsParameter ? Asked(deployment.Parameter(hole.Resource))
        : hole.Path.EndsWith(".host", StringComparison.Ordinal) ? hole.Resource
        : hole.Path.EndsWith(".port", StringComparison.Ordinal) ? $"{PortOf(hole.Resource)}"
        : hole.Path.EndsWith(".hostandport", StringComparison.Ordinal) ? $"{hole.Resource}:{PortOf(hole.Resource)}"
        : hole.Path.EndsWith(".url", StringComparison.Ordinal) ? $"http://{hole.Resource}:{PortOf(hole.Resource)}"
        : throw new PublishException($"« {hole.Resource}.{hole.Path} » : inconnu de Compose."));

    private int PortOf(string resource) =>
        resource == deployment.Postgres.Name ? deployment.Postgres.Port
        : resource == deployment.RabbitMq.Name ? deployment.RabbitMq.Port
        : deployment.Services.Single(s => s.Name == resource).Port("grpc").Number;

    private static string Asked(Parameter parameter) => parameter.Otherwise is { } otherwise
        ? $"${{{parameter.Variable}:-{otherwise}}}"
        : $"${{{parameter.Variable}:?{parameter.Variable} is missing in .env}}";

    private static string Image(Service service) => $"${{IMAGE_REGISTRY:-}}{service.Image}:${{IMAGE_TAG:?IMAGE_TAG is missing in .env}}";

    private static string Published(int port) => $"${{BIND_ADDRESS:-127.0.0.1}}:{port}:{port}";

    private static Yaml Once(string condition) => new() { ["condition"] = condition };

    private static Yaml Volume(string name) => new() { ["name"] = $"intervision-{name}" };

    private static Yaml Check(string interval, params string[] command) => new()
    {
        ["test"] = (string[])["CMD", .. command],
        ["interval"] = interval,
        ["timeout"] = "10s",
        ["start_period"] = "60s",
        ["retries"] = 5,
    };
}
