using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Wiring;
using Intervision.Dashboard.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Dashboard;

/// <summary>What the dashboard may show of the system; every secret value is masked wherever it appears.</summary>
internal sealed partial class ResourceView(IServiceProvider services) : IResourceSource
{
    private const string Hidden = "••••••";
    private readonly ResourceNotificationService _notifications = services.GetRequiredService<ResourceNotificationService>();
    private readonly ResourceLoggerService _logs = services.GetRequiredService<ResourceLoggerService>();
    private readonly DistributedApplicationModel _model = services.GetRequiredService<DistributedApplicationModel>();
    private readonly ConcurrentDictionary<string, bool> _secrets = new(StringComparer.Ordinal);

    public async ValueTask<IReadOnlyList<ShownResource>> All()
    {
        await LearnSecretsAsync();
        return [.. Visible().Select(r => _notifications.TryGetCurrentState(r.Name, out var e) ? Show(e) : null).OfType<ShownResource>()];
    }

    public ConsoleLines? Console(string resource, long after, int most)
    {
        if (resource != IResourceSource.Host && !Visible().Any(r => string.Equals(r.Name, resource, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }
        var part = _logs.Read(resource, after, most);
        return new ConsoleLines(
            [.. part.Lines.Select(l => new ConsoleLine(l.Number, l.Time, Mask(Tokens().Replace(Colours().Replace(l.Text, string.Empty), Hidden)), l.IsError))], part.Omitted);
    }

    public (long Bytes, long Most) ConsoleMemory() => _logs.Memory();

    public Task<string?> Command(string resource, string command) => services.GetRequiredService<Orchestrator>().CommandAsync(resource, command);

    private IEnumerable<IResource> Visible() =>
        _model.Resources.Where(r => r is not ParameterResource && !r.Annotations.OfType<HiddenAnnotation>().Any());

    private ShownResource Show(ResourceEvent e) => new(
        e.Resource.Name, ReplicaResource.NameFor(e.Resource), e.Snapshot.ResourceType, e.Snapshot.State?.Text ?? string.Empty, e.Snapshot.HealthStatus?.ToString(),
        e.Snapshot.IsReady, e.Snapshot.ExitCode, e.Snapshot.ProcessId, e.Snapshot.Restarts,
        e.Snapshot.StartTimeStamp is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null,
        e.Snapshot.Failure is { } failure ? Mask(failure) : null, e.Snapshot.StoppedByHand,
        [.. e.Snapshot.Urls.Select(u => new ShownEndpoint(u.Name ?? string.Empty, u.Url))],
        [.. e.Snapshot.EnvironmentVariables.OrderBy(v => v.Name, StringComparer.Ordinal).Select(Shown)],
        [.. References.UsedBy(e.Resource).Where(r => r is not ParameterResource).Select(r => r.Name)],
        [.. e.Snapshot.HealthReports.Select(r => new ShownCheck(r.Name, r.Status?.ToString(), Mask(r.ExceptionText ?? r.Description ?? string.Empty)))],
        Commands(e));

    private static IReadOnlyList<string> Commands(ResourceEvent e) =>
        !e.Resource.Annotations.OfType<ProcessAnnotation>().Any() ? []
        : e.Snapshot.IsTerminal ? ["start"]
        : e.Snapshot.State?.Text == KnownResourceStates.Stopping ? []
        : ["restart", "stop"];

    /// <summary>Connection strings, keys, tokens and passwords are not shown at all; elsewhere the secret part is masked.</summary>
    private ShownVariable Shown(EnvironmentVariableSnapshot variable)
    {
        var masked = SecretNames().IsMatch(variable.Name);
        return new(variable.Name, masked ? Hidden : Mask(variable.Value ?? string.Empty), masked);
    }

    private string Mask(string text)
    {
        foreach (var secret in _secrets.Keys)
        {
            text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        }
        return text;
    }

    private async Task LearnSecretsAsync()
    {
        foreach (var parameter in _model.Resources.OfType<ParameterResource>().Where(p => p.Secret))
        {
            if (await parameter.GetValueAsync() is { Length: > 3 } value)
            {
                _secrets.TryAdd(value, true);
                _secrets.TryAdd(Uri.EscapeDataString(value), true);
            }
        }
    }

    [GeneratedRegex(@"\x1B\[[0-9;]*[A-Za-z]", RegexOptions.None, 1000)]
    private static partial Regex Colours();

    /// <summary>Of the addresses to log in by, which are printed for whoever sits at the app host.</summary>
    [GeneratedRegex(@"(?<=/login\?t=)\S+", RegexOptions.None, 1000)]
    private static partial Regex Tokens();

    [GeneratedRegex("ConnectionStrings__|Password|Secret|Token|Key|_URI$|CONNECTIONSTRING|HEADERS", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex SecretNames();
}
