using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Intervision.AppHost.Publish;

/// <summary>
/// Two charts: <c>servers</c> (PostgreSQL by CloudNativePG, RabbitMQ by its cluster operator), which lives as long as the
/// data, and <c>suite</c>, which is upgraded with every version (ADR 42). Templates are files of this folder; what the
/// model says is in their <c>values.yaml</c>.
/// </summary>
internal sealed class HelmCharts(Deployment deployment)
{
    private const string Prefix = "Charts/";
    private const string Own = "own", Owner = "owner", Broker = "broker";
    private const string SecretFiles = "/etc/intervision/secrets";
    private const string ErrandFiles = "/etc/intervision/errand";
    private const string Connection = ";SSL Mode=VerifyFull;Root Certificate=/etc/postgres/ca.crt;Maximum Pool Size={{ .Values.postgres.poolSize }}";

    public IEnumerable<KeyValuePair<string, string>> Files()
    {
        foreach (var template in Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            yield return new(template[Prefix.Length..], Embedded(template));
        }
        yield return new("servers/values.yaml", Publication.Header + Servers());
        yield return new("suite/values.yaml", Publication.Header + Suite());
        yield return new("suite/values.schema.json", Schema());
    }

    private Yaml Servers()
    {
        var databases = new Yaml();
        foreach (var service in deployment.Services.Where(s => s.Migration is not null))
        {
            databases[service.Name] = new Yaml { ["owner"] = $"{service.Name}_owner", ["ownerSecret"] = OwnerSecret(service) };
        }
        return new()
        {
            ["postgres"] = new Yaml
            {
                ["name"] = deployment.Postgres.Name,
                ["image"] = "ghcr.io/cloudnative-pg/postgresql:18",
                ["instances"] = 3,
                ["storage"] = new Yaml { ["size"] = "50Gi", ["walSize"] = "20Gi", ["storageClass"] = "" },
                ["resources"] = Resources("1", "2Gi", "2Gi"),
                ["parameters", "docs/operations.md, \"Settling a year\", says more for a million lines."] = new Yaml { ["max_connections"] = "450", ["shared_buffers"] = "512MB", ["max_wal_size"] = "8GB", ["wal_compression"] = "lz4", ["default_toast_compression"] = "lz4" },
                ["databases", "One per service; each owner's Secret (kubernetes.io/basic-auth) is made beforehand."] = databases,
                ["backup", "Base backups and the log, for a restore to any instant: an object store by the barman-cloud plugin."] = new Yaml
                {
                    ["enabled"] = true,
                    ["destinationPath"] = "s3://intervision-backup/",
                    ["endpointURL"] = "",
                    ["credentialsSecret"] = "postgres-backup",
                    ["retention"] = "30d",
                    ["schedule", "Seconds first."] = "0 0 2 * * *",
                },
                ["recovery", "A restore: the name of the cluster that was lost, beside a new postgres.name, and the instant (2026-11-22 12:00:00+01); without one, the end of the log."] = new Yaml { ["from"] = "", ["targetTime"] = "" },
            },
            ["rabbitmq"] = new Yaml
            {
                ["name"] = deployment.RabbitMq.Name,
                ["image", "Empty: the operator's."] = "",
                ["replicas", "Quorum queues, one copy per node."] = 3,
                ["storage"] = new Yaml { ["size"] = "10Gi", ["storageClass"] = "" },
                ["resources"] = Resources("500m", "2Gi", "2Gi"),
                ["tlsSecret", "A certificate for consumers from outside (finance); empty: none."] = "",
                ["outside", "How those reach port 5671: LoadBalancer or NodePort, with annotations where the cloud wants some; empty: not at all."] = new Yaml { ["type"] = "" },
            },
            ["networkPolicy"] = new Yaml
            {
                ["enabled"] = true,
                ["operators", "Namespaces of the two operators."] = new Yaml { ["postgres"] = "cnpg-system", ["rabbitmq"] = "rabbitmq-system" },
                ["finance", "Addresses that may consume over amqps, e.g. 10.1.2.0/24; empty: none."] = "",
            },
            ["monitoring", "By Prometheus' operator, in its namespace: alarms.yaml, and both servers' figures. Without it, alarms.yaml is a file of rules."] = new Yaml { ["enabled"] = false, ["namespace"] = "monitoring" },
        };
    }

    private Yaml Suite()
    {
        var parameters = new Yaml();
        foreach (var parameter in deployment.Parameters.Where(p => !p.IsSecret && !IsOfAServer(p)))
        {
            parameters[parameter.Property, parameter.Purpose] = parameter.Otherwise ?? "";
        }
        var services = new Yaml();
        foreach (var service in deployment.Services)
        {
            services[service.Name] = ServiceValues(service);
        }
        return new()
        {
            ["image"] = new Yaml { ["registry", "registry.example.org, without a slash at the end"] = "", ["tag"] = "", ["pullPolicy"] = "IfNotPresent", ["pullSecret"] = "" },
            ["parameters"] = parameters,
            ["postgres"] = new Yaml { ["cluster", "postgres.name of the chart servers: host and authority are called after it."] = deployment.Postgres.Name, ["port"] = deployment.Postgres.Port, ["poolSize", "Connections of one instance at most. All instances of all services together stay below max_connections of the chart servers."] = 15 },
            ["rabbitmq"] = new Yaml { ["cluster"] = deployment.RabbitMq.Name, ["host"] = deployment.RabbitMq.Name, ["port"] = deployment.RabbitMq.Port, ["userSecret"] = $"{deployment.RabbitMq.Name}-default-user" },
            ["gateway", "A Gateway that is there already ends TLS: gRPC at SERVICE.host, pages at host."] = new Yaml { ["enabled"] = false, ["name"] = "", ["namespace"] = "", ["host"] = "" },
            ["networkPolicy"] = new Yaml
            {
                ["enabled"] = true,
                ["outside", "Ports outside the namespace that services may reach: identity provider, mail, telemetry."] = new Yaml { ["https"] = 443, ["smtp"] = 587, ["otlp"] = 4317 },
            },
            ["monitoring", "By Prometheus' operator: alarms.yaml. Without it, that is a file of rules."] = new Yaml { ["enabled"] = false },
            ["services"] = services,
        };
    }

    private Yaml ServiceValues(Service service)
    {
        var ports = new Yaml();
        foreach (var port in service.Ports)
        {
            ports[port.Name] = new Yaml { ["number"] = port.Number, ["external"] = port.IsExternal, ["http2"] = port.IsHttp2 };
        }
        var folders = new Yaml();
        foreach (var folder in service.Folders)
        {
            folders[folder.Name, "existingClaim empty: an emptyDir; what is lost with it is written again from the database."] = new Yaml { ["path"] = folder.Path, ["existingClaim"] = "" };
        }
        return new()
        {
            ["existingSecret"] = $"intervision-{service.Name}",
            ["replicas"] = new Yaml { ["min"] = 2, ["max"] = 6, ["cpuPercent"] = 70 },
            ["resources"] = Resources("100m", "256Mi", "512Mi"),
            ["image", "From here on: what the model says."] = service.Image,
            ["ports"] = ports,
            ["calls"] = service.Calls,
            ["pages"] = service.PublicPages,
            ["folders"] = folders,
            ["env"] = Plain(service.Environment),
            ["secrets"] = Secret(service.Environment),
            ["secretFiles", "Keys of existingSecret that are read again when they change."] = new Yaml { ["path"] = SecretFiles, ["keys"] = Files(service.Environment) },
            ["errands"] = Errands(service),
            ["migration"] = service.Migration is not { } migration ? null : new Yaml
            {
                ["ownerSecret"] = OwnerSecret(service),
                ["args"] = migration.Arguments,
                ["env"] = Plain(migration.Environment),
                ["secrets"] = Secret(migration.Environment),
            },
        };
    }

    private static Yaml Errands(Service service)
    {
        var errands = new Yaml();
        foreach (var errand in service.Errands)
        {
            errands[errand.Name, errand.ReadsFile ? $"What it reads is the key file of the Secret {service.Name}-{errand.Name}." : null] = new Yaml
            {
                ["args"] = (string[])(errand.ReadsFile ? [errand.Name, $"{ErrandFiles}/file"] : [errand.Name]),
                ["schedule"] = errand.Schedule,
                ["filesFrom"] = errand.ReadsFile ? $"{service.Name}-{errand.Name}" : null,
            };
        }
        return errands;
    }

    /// <summary>Variables that may be read; secrets in them are other variables, which Kubernetes puts in: <c>$(NAME)</c>.</summary>
    private Yaml Plain(IReadOnlyDictionary<string, Text> environment)
    {
        var variables = new Yaml();
        foreach (var (name, text) in environment)
        {
            if (SecretAlone(text) is not { } secret)
            {
                variables[name] = Filled(text);
            }
            else if (secret.IsFile)
            {
                variables[$"{name}File"] = $"{SecretFiles}/{secret.Name}";
            }
        }
        return variables;
    }

    private List<string> Files(IReadOnlyDictionary<string, Text> environment) =>
        [.. environment.Values.Select(SecretAlone).OfType<Parameter>().Where(p => p.IsFile).Select(p => p.Name)];

    /// <summary>Variables that come from Secrets: those that are one, and those that others are made of.</summary>
    private Yaml Secret(IReadOnlyDictionary<string, Text> environment)
    {
        var variables = new SortedDictionary<string, Yaml>(StringComparer.Ordinal);
        foreach (var (name, text) in environment.Where(v => SecretAlone(v.Value) is not { IsFile: true }))
        {
            foreach (var parameter in text.Holes.Where(h => h.IsParameter).Select(h => deployment.Parameter(h.Resource)))
            {
                var (variable, from, key) = Source(parameter, SecretAlone(text) is null ? null : name);
                if (from is not null)
                {
                    variables[variable] = new() { ["from"] = from, ["key"] = key, ["optional"] = parameter.Otherwise is not null && from == Own ? true : null };
                }
                if (from == Owner)
                {
                    variables["OWNER"] = new() { ["from"] = Owner, ["key"] = "username" };
                }
            }
        }
        var all = new Yaml();
        foreach (var (name, source) in variables)
        {
            all[name] = source;
        }
        return all;
    }

    /// <summary>In which Secret a parameter is, under which key, and as which variable; null: it is none.</summary>
    private (string Variable, string? From, string Key) Source(Parameter parameter, string? alone)
    {
        var hole = new Hole(parameter.Name, "value");
        return Has(deployment.RabbitMq.User, hole) ? ("RABBITMQ_USER", Broker, "username")
            : Has(deployment.RabbitMq.Password, hole) ? ("RABBITMQ_PASSWORD", Broker, "password")
            : Has(deployment.Postgres.Password, hole) ? ("OWNER_PASSWORD", Owner, "password")
            : parameter.IsSecret ? (alone ?? parameter.Variable, Own, parameter.Name)
            : (parameter.Variable, null, "");
    }

    private string Filled(Text text)
    {
        var value = text.With(hole =>
            hole.IsParameter ? Value(deployment.Parameter(hole.Resource))
            : hole.Resource == deployment.Postgres.Name ? (hole.Path.EndsWith(".host", StringComparison.Ordinal) ? "{{ .Values.postgres.cluster }}-rw" : "{{ .Values.postgres.port }}")
            : hole.Resource == deployment.RabbitMq.Name ? "{{ .Values.rabbitmq.host }}:{{ .Values.rabbitmq.port }}"
            // Headless: the name leads to every pod, and the client shares its calls out among them.
            : $"dns:///{hole.Resource}:{deployment.Services.Single(s => s.Name == hole.Resource).Port("grpc").Number}");
        // The operator has no superuser for us: each database is migrated by its owner.
        value = value.Replace($"Username={deployment.Postgres.User.With(_ => "")};Password=$(OWNER_PASSWORD)", "Username=$(OWNER);Password=$(OWNER_PASSWORD)", StringComparison.Ordinal);
        return text.Holes.Any(h => h.Resource == deployment.Postgres.Name) ? value + Connection : value;
    }

    private string Value(Parameter parameter)
    {
        var (variable, from, _) = Source(parameter, null);
        return from is null ? $"{{{{ .Values.parameters.{parameter.Property} }}}}" : $"$({variable})";
    }

    private Parameter? SecretAlone(Text text) =>
        text.Parts is [Hole { IsParameter: true } only] && Source(deployment.Parameter(only.Resource), null).From is not null ? deployment.Parameter(only.Resource) : null;

    private bool IsOfAServer(Parameter parameter) => Source(parameter, null).From is Broker or Owner;

    private static bool Has(Text text, Hole hole) => text.Holes.Contains(hole);

    private static string OwnerSecret(Service service) => $"postgres-{service.Name}-owner";

    private static Yaml Resources(string cpu, string memory, string limit) => new()
    {
        ["requests"] = new Yaml { ["cpu"] = cpu, ["memory"] = memory },
        // No limit of CPU: it would only make a service slow while the node is idle.
        ["limits"] = new Yaml { ["memory"] = limit },
    };

    /// <summary>What must be given is refused when empty: at once, by Helm itself, with its name.</summary>
    private string Schema()
    {
        var parameters = new JsonObject();
        foreach (var parameter in deployment.Parameters.Where(p => !p.IsSecret && !IsOfAServer(p)))
        {
            parameters[parameter.Property] = Texts(parameter.Purpose, parameter.Otherwise is "" ? 0 : 1);
        }
        var required = new JsonArray([.. parameters.Select(p => (JsonNode)p.Key)]);
        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["type"] = "object",
            ["required"] = new JsonArray("image", "parameters", "postgres", "rabbitmq", "services"),
            ["properties"] = new JsonObject
            {
                ["image"] = new JsonObject
                {
                    ["type"] = "object",
                    ["required"] = new JsonArray("registry", "tag"),
                    ["properties"] = new JsonObject { ["registry"] = Texts("Where the images are.", 0), ["tag"] = Texts("Which version; never latest.", 1) },
                },
                ["parameters"] = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["required"] = required, ["properties"] = parameters },
            },
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }

    private static JsonObject Texts(string description, int atLeast) => new() { ["type"] = "string", ["description"] = description, ["minLength"] = atLeast };

    private static string Embedded(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
