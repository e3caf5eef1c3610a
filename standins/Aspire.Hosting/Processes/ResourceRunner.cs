using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Health;
using Aspire.Hosting.Wiring;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Processes;

/// <summary>The life of one resource: wait, start, watch, start again after a crash, stop.</summary>
internal sealed class ResourceRunner(
    IResource resource, ILogger logger, IServiceProvider services, ResourceNotificationService notifications, ResourceLoggerService logs,
    IDistributedApplicationEventing eventing, Launcher launcher, HealthMonitor health, DistributedApplicationModel model,
    DashboardSwitch dashboard, DistributedApplicationExecutionContext execution, IConfiguration configuration, TimeProvider? clock = null) : IDisposable
{
    private CancellationTokenSource _stop = new();
    private readonly RestartPolicy _restart = RestartPolicy.From(configuration);
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private Task _run = Task.CompletedTask;
    private bool _startedByHand;
    private bool _closed;

    public void Start() => _run = Task.Run(RunAsync);

    /// <summary>For good.</summary>
    public async Task StopAsync()
    {
        _closed = true;
        // A command under way would wait for its process; this wakes it.
        await _stop.CancelAsync();
        await _oneAtATime.WaitAsync();
        await _stop.CancelAsync();
        await _run;
    }

    public void Dispose()
    {
        _stop.Dispose();
        _oneAtATime.Dispose();
    }

    /// <summary>What a person asks for on the page. A resource stopped so stays stopped: its end is not a crash.</summary>
    public async Task CommandAsync(bool stop, bool start)
    {
        await _oneAtATime.WaitAsync();
        try
        {
            if (stop && !_closed)
            {
                await _stop.CancelAsync();
                await _run;
                await PublishAsync(s => s with { StoppedByHand = !start });
            }
            if (start && !_closed && _run.IsCompleted)
            {
                _stop.Dispose();
                _stop = new CancellationTokenSource();
                _startedByHand = true;
                await PublishAsync(s => s with { StoppedByHand = false, Failure = null, HealthReports = HealthMonitor.Unknown(resource) });
                Start();
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await PublishAsync(s => s with { State = KnownResourceStates.Starting });
            if (resource is IResourceWithConnectionString)
            {
                await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), _stop.Token);
            }
            await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), _stop.Token);
            await Waiting.ForDependenciesAsync(resource, WaitDefault, notifications, logs, _stop.Token);
            await (resource.Annotations.OfType<ProcessAnnotation>().LastOrDefault() is { } process ? SuperviseAsync(process) : BeThereAsync());
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            await PublishAsync(s => s with { State = KnownResourceStates.Finished });
        }
        catch (Exception e)
        {
            await FailAsync(e);
        }
    }

    /// <summary>Parameters, connection strings and databases have no process of their own.</summary>
    private async Task BeThereAsync()
    {
        if (resource is ParameterResource parameter)
        {
            var missing = await parameter.GetValueAsync(_stop.Token) is null;
            await PublishAsync(s => s with { State = missing ? KnownResourceStates.ValueMissing : KnownResourceStates.Active });
            return;
        }
        if (resource is IResourceWithConnectionString connection && await connection.GetConnectionStringAsync(_stop.Token) is null)
        {
            throw new DistributedApplicationException($"La chaîne de connexion « {resource.Name} » manque : donnez ConnectionStrings__{resource.Name}.");
        }
        await PublishAsync(s => s with { State = KnownResourceStates.Running, StartTimeStamp = Now, Urls = Urls() });
        await health.WatchAsync(resource, _stop.Token);
    }

    private async Task SuperviseAsync(ProcessAnnotation process)
    {
        for (var crashes = 0; ;)
        {
            var plan = await process.Plan(await ContextAsync());
            _stop.Token.ThrowIfCancellationRequested();
            var child = await launcher.StartAsync(resource, plan);
            var started = _clock.GetTimestamp();
            await PublishAsync(s => s with
            {
                State = KnownResourceStates.Running, ProcessId = child.Id, StartTimeStamp = Now, StopTimeStamp = null, ExitCode = null,
                IsReady = false, HealthReports = HealthMonitor.Unknown(resource), Urls = Urls(),
                EnvironmentVariables = [.. plan.Environment.Select(v => new EnvironmentVariableSnapshot(v.Key, v.Value, true))],
            });
            var wasHealthy = await LiveAsync(child);
            var code = await child.Exit;
            if (_stop.IsCancellationRequested || !IsCrash(code))
            {
                await EndAsync(code);
                return;
            }
            crashes = wasHealthy && _clock.GetElapsedTime(started) > RestartPolicy.Forgiving ? 1 : crashes + 1;
            await AwaitNextStartAsync(code, crashes, wasHealthy);
        }
    }

    /// <summary>Until the process ends or is asked to; true when it was healthy at least once.</summary>
    private async Task<bool> LiveAsync(ChildProcess child)
    {
        using var living = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var watch = health.WatchAsync(resource, living.Token);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (_stop.Token.Register(asked.SetResult))
        {
            if (await Task.WhenAny(child.Exit, asked.Task) != child.Exit)
            {
                await PublishAsync(s => s with { State = KnownResourceStates.Stopping });
                await child.StopAsync();
            }
        }
        await living.CancelAsync();
        return await watch;
    }

    /// <summary>Servers are to live; a program without endpoints may end well.</summary>
    private bool IsCrash(int code) =>
        _restart.Enabled
        && !WaitGraph.RunsToCompletion(resource, model)
        && (code != 0 || resource.Annotations.OfType<EndpointAnnotation>().Any());

    private async Task AwaitNextStartAsync(int code, int crashes, bool wasHealthy)
    {
        var words = logs.LastWords(resource.Name);
        notifications.TryGetCurrentState(resource.Name, out var current);
        if (!wasHealthy && current?.Snapshot.WasEverReady != true && crashes >= _restart.Attempts)
        {
            throw new DistributedApplicationException(
                $"« {resource.Name} » s'est arrêté {crashes} fois sans jamais fonctionner (code {code}). Dernier message : {words}");
        }
        var delay = _restart.Delay(crashes);
        // Above 128 it was killed, and what it said last is not why.
        logger.LogWarning("{Resource} s'est arrêté (code {Code}) ; nouveau départ dans {Delay:0.0} s. {Words}",
            resource.Name, code, delay.TotalSeconds, code > 128 ? string.Empty : $"Dernier message : {words}");
        launcher.Write(resource, $"[apphost] arrêt inattendu (code {code}), nouveau départ dans {delay.TotalSeconds:0.0} s");
        await PublishAsync(s => s with
        {
            State = KnownResourceStates.Starting, ExitCode = code, StopTimeStamp = Now, ProcessId = null, Restarts = s.Restarts + 1, IsReady = false,
        });
        await Task.Delay(delay, _clock, _stop.Token);
    }

    private async Task<LaunchContext> ContextAsync()
    {
        var environment = await Evaluation.EnvironmentAsync(resource, execution, logger, _stop.Token);
        var arguments = await Evaluation.ArgumentsAsync(resource, _stop.Token);
        return new LaunchContext(resource, environment, arguments, launcher, line => launcher.Write(resource, line), _stop.Token);
    }

    private async Task EndAsync(int code)
    {
        if (!_stop.IsCancellationRequested)
        {
            logger.LogInformation("{Resource} a terminé (code {Code})", resource.Name, code);
        }
        await PublishAsync(s => s with { State = KnownResourceStates.Finished, ExitCode = code, StopTimeStamp = Now, ProcessId = null });
        notifications.TryGetCurrentState(resource.Name, out var last);
        await eventing.PublishAsync(new ResourceStoppedEvent(resource, services, last!), CancellationToken.None);
    }

    private async Task FailAsync(Exception e)
    {
        var message = e is DistributedApplicationException ? e.Message : $"« {resource.Name} » ne peut pas démarrer : {e.Message}";
        launcher.Write(resource, $"[apphost] {message}", isError: true);
        await PublishAsync(s => s with { State = KnownResourceStates.FailedToStart, Failure = message, StopTimeStamp = Now, ProcessId = null });
        // What a person started, a person watches: the rest goes on.
        if (!_startedByHand && configuration.GetValue("AppHost:StopOnFailure", true))
        {
            services.GetRequiredService<Orchestrator>().Fail(message);
        }
        else
        {
            logger.LogError("{Message}", message);
        }
    }

    /// <summary>With a page, a person may yet repair what is awaited; without one (tests), waiting for it would never end.</summary>
    private WaitBehavior WaitDefault => dashboard.Enabled ? WaitBehavior.WaitOnResourceUnavailable : WaitBehavior.StopOnResourceUnavailable;

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => notifications.PublishUpdateAsync(resource, change);

    private ImmutableArray<UrlSnapshot> Urls() =>
        [.. resource.Annotations.OfType<EndpointAnnotation>()
            .Where(e => e.AllocatedEndpoint is not null)
            .Select(e => new UrlSnapshot(e.Name, e.AllocatedEndpoint!.UriString, !e.IsExternal))];
}
