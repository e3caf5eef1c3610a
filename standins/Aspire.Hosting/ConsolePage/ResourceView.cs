using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.ConsolePage;

/// <summary>A resource as shown: no secret in it.</summary>
internal sealed record ShownResource(
    string Name, string Type, string State, string? Health, bool Ready, int? ExitCode, int? ProcessId, int Restarts,
    DateTime? StartedAt, string? Failure, IReadOnlyList<ShownEndpoint> Endpoints, IReadOnlyList<ShownVariable> Environment,
    IReadOnlyList<string> WaitsFor, IReadOnlyList<ShownCheck> Checks);

internal sealed record ShownEndpoint(string Name, string Url);

internal sealed record ShownVariable(string Name, string Value);

internal sealed record ShownCheck(string Name, string? Status, string? Description);

internal sealed record ConsoleLine(int Number, string Text, bool Error);

/// <summary>What a page may show of the system; every secret value is masked wherever it appears.</summary>
internal sealed partial class ResourceView(IServiceProvider services)
{
    private readonly ResourceNotificationService _notifications = services.GetRequiredService<ResourceNotificationService>();
    private readonly ResourceLoggerService _logs = services.GetRequiredService<ResourceLoggerService>();
    private readonly DistributedApplicationModel _model = services.GetRequiredService<DistributedApplicationModel>();
    private readonly ConcurrentDictionary<string, bool> _secrets = new(StringComparer.Ordinal);

    public bool Exists(string name) => _model.Resources.Any(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase));

    public async Task<IReadOnlyList<ShownResource>> All()
    {
        await LearnSecretsAsync();
        return
        [
            .. _model.Resources
                .Where(r => r is not ParameterResource && !r.Annotations.OfType<HiddenAnnotation>().Any())
                .Select(r => _notifications.TryGetCurrentState(r.Name, out var e) ? Show(e) : null)
                .OfType<ShownResource>(),
        ];
    }

    /// <summary>Every step has ended well and everything else is ready and healthy: what scripts wait for.</summary>
    public async Task<bool> IsHealthy()
    {
        var all = await All();
        return all.Count > 0 && all.All(r => r is { State: "Finished", ExitCode: 0 } or { Ready: true, Health: "Healthy" });
    }

    /// <summary>All of them, again after each change; changes that come together are shown together.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ShownResource>> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await All();
        var changed = 0;
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = Task.Run(async () =>
        {
            await foreach (var _ in _notifications.WatchAsync(watching.Token))
            {
                Interlocked.Exchange(ref changed, 1);
            }
        }, watching.Token);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.25), CancellationToken.None);
                if (Interlocked.Exchange(ref changed, 0) == 1)
                {
                    yield return await All();
                }
            }
        }
        finally
        {
            await watching.CancelAsync();
            await watch.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    public async IAsyncEnumerable<IEnumerable<ConsoleLine>> ConsoleAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await LearnSecretsAsync();
        await foreach (var lines in _logs.WatchAsync(name, cancellationToken))
        {
            yield return lines.Select(l => new ConsoleLine(l.LineNumber, Mask(Colours().Replace(l.Content, string.Empty)), l.IsErrorMessage));
        }
    }

    private ShownResource Show(ResourceEvent e) => new(
        e.Resource.Name, e.Snapshot.ResourceType, e.Snapshot.State?.Text ?? string.Empty, e.Snapshot.HealthStatus?.ToString(), e.Snapshot.IsReady,
        e.Snapshot.ExitCode, e.Snapshot.ProcessId, e.Snapshot.Restarts, e.Snapshot.StartTimeStamp,
        e.Snapshot.Failure is { } failure ? Mask(failure) : null,
        [.. e.Snapshot.Urls.Select(u => new ShownEndpoint(u.Name ?? string.Empty, u.Url))],
        [.. e.Snapshot.EnvironmentVariables.OrderBy(v => v.Name, StringComparer.Ordinal).Select(v => new ShownVariable(v.Name, Shown(v)))],
        [.. e.Resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource.Name).Distinct(StringComparer.Ordinal)],
        [.. e.Snapshot.HealthReports.Select(r => new ShownCheck(r.Name, r.Status?.ToString(), Mask(r.ExceptionText ?? r.Description ?? string.Empty)))]);

    /// <summary>Connection strings, keys, tokens and passwords are not shown at all; elsewhere the secret part is masked.</summary>
    private string Shown(EnvironmentVariableSnapshot variable) =>
        SecretNames().IsMatch(variable.Name) ? "••••••" : Mask(variable.Value ?? string.Empty);

    private string Mask(string text)
    {
        foreach (var secret in _secrets.Keys)
        {
            text = text.Replace(secret, "••••••", StringComparison.Ordinal);
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

    [GeneratedRegex("ConnectionStrings__|Password|Secret|Token|Key|_URI$|CONNECTIONSTRING|HEADERS", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex SecretNames();
}
