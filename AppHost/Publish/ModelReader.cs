using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Intervision.AppHost.Publish;

/// <summary>
/// Reads the application model without starting anything: what the resources say of themselves, and, as manifest
/// expressions, whose values their variables are to have. No value is asked for, so no secret is read or made.
/// </summary>
internal sealed partial class ModelReader(IResourceCollection resources)
{
    private static readonly DistributedApplicationExecutionContext Publishing = new(DistributedApplicationOperation.Publish);

    public static async Task<Deployment> ReadAsync(IResourceCollection resources, CancellationToken cancellationToken) =>
        await new ModelReader(resources).ReadAsync(cancellationToken);

    private async Task<Deployment> ReadAsync(CancellationToken cancellationToken)
    {
        var steps = Waits(WaitType.WaitForCompletion).ToHashSet();
        var services = new List<Service>();
        foreach (var project in resources.OfType<ProjectResource>().Where(p => !steps.Contains(p)))
        {
            services.Add(await ServiceAsync(project, cancellationToken));
        }
        var postgres = resources.OfType<PostgresServerResource>().Single();
        var rabbitmq = resources.OfType<RabbitMQServerResource>().Single();
        return new(
            ServerOf(postgres, 5432, postgres.UserNameParameter, "postgres", postgres.PasswordParameter),
            ServerOf(rabbitmq, 5672, rabbitmq.UserNameParameter, "guest", rabbitmq.PasswordParameter),
            [.. resources.OfType<ParameterResource>().Select(ParameterOf)],
            services);
    }

    private static Server ServerOf(IResource server, int port, ParameterResource? user, string otherwise, ParameterResource password) =>
        new(server.Name, port, user is null ? new([otherwise]) : new([new Hole(user.Name, "value")]), new([new Hole(password.Name, "value")]));

    private static Parameter ParameterOf(ParameterResource parameter)
    {
        var asked = parameter.Annotations.OfType<Asked>().LastOrDefault();
        return new(parameter.Name, parameter.Secret, asked?.Purpose ?? "Letters and digits: openssl rand -hex 24.", asked?.Otherwise, parameter.Annotations.OfType<ReadAsFile>().Any());
    }

    private async Task<Service> ServiceAsync(ProjectResource project, CancellationToken cancellationToken)
    {
        var environment = await EnvironmentAsync(project, cancellationToken);
        var migration = project.Annotations.OfType<WaitAnnotation>()
            .FirstOrDefault(w => w.WaitType == WaitType.WaitForCompletion)?.Resource as ProjectResource;
        return new(
            project.Name,
            [.. project.Annotations.OfType<EndpointAnnotation>().Select(e => new Port(e.Name, e.Port ?? 0, e.Transport == "http2", e.IsExternal))],
            environment,
            migration is null ? null : new(
                migration.Name, await ArgumentsAsync(migration, cancellationToken), await EnvironmentAsync(migration, cancellationToken)),
            [.. environment.Values.SelectMany(v => v.Holes).Where(h => h.Path.StartsWith("bindings.grpc", StringComparison.Ordinal))
                .Select(h => h.Resource).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. project.Annotations.OfType<PublicPages>().SelectMany(p => p.Paths)],
            [.. project.Annotations.OfType<KeptFolder>()],
            [.. project.Annotations.OfType<Errand>()]);
    }

    private IEnumerable<IResource> Waits(WaitType type) =>
        resources.SelectMany(r => r.Annotations.OfType<WaitAnnotation>()).Where(w => w.WaitType == type).Select(w => w.Resource);

    private async Task<IReadOnlyDictionary<string, Text>> EnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(Publishing, resource, cancellationToken: cancellationToken);
        foreach (var said in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToList())
        {
            await said.Callback(context);
        }
        var environment = new SortedDictionary<string, Text>(StringComparer.Ordinal);
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            var text = Whole(value);
            if (!RepeatsAnother(name, text))
            {
                environment[name] = text;
            }
        }
        return environment;
    }

    /// <summary>INTAKE_GRPC, DATABASE_PASSWORD, …: the parts of what <c>services__</c> and <c>ConnectionStrings__</c> say, for programs that are not .NET.</summary>
    private static bool RepeatsAnother(string name, Text text) =>
        !name.Contains("__", StringComparison.Ordinal) && !name.StartsWith("OTEL_", StringComparison.Ordinal)
        && (text.Holes.Any() || name.EndsWith("_USERNAME", StringComparison.Ordinal) || name.EndsWith("_DATABASENAME", StringComparison.Ordinal));

    private static async Task<IReadOnlyList<string>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken);
        foreach (var said in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToList())
        {
            await said.Callback(context);
        }
        return [.. context.Args.OfType<string>()];
    }

    private Text Whole(object value) => Parse(value switch
    {
        string text => text,
        IManifestExpressionProvider named => named.ValueExpression,
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? string.Empty,
    });

    /// <summary>Connection strings are taken apart until only parameters and addresses are left.</summary>
    private Text Parse(string expression)
    {
        var parts = new List<object>();
        var at = 0;
        foreach (Match match in Expression().Matches(expression))
        {
            var name = match.Groups["resource"].Value;
            if (resources.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)) is not { } resource)
            {
                continue;
            }
            parts.Add(expression[at..match.Index]);
            at = match.Index + match.Length;
            var path = match.Groups["path"].Value.ToLowerInvariant();
            if (path == "connectionstring" && resource is IResourceWithConnectionString server)
            {
                parts.AddRange(Parse(server.ConnectionStringExpression.ValueExpression).Parts);
            }
            else
            {
                parts.Add(new Hole(resource.Name, path));
            }
        }
        parts.Add(expression[at..]);
        return new([.. parts.Where(p => p is not "")]);
    }

    [GeneratedRegex(@"\{(?<resource>[A-Za-z][A-Za-z0-9-]*)\.(?<path>[A-Za-z0-9.-]+)\}", RegexOptions.None, 1000)]
    private static partial Regex Expression();
}
