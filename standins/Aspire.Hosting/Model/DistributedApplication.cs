using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>The described system: start it, stop it, watch it.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Orchestrator _orchestrator;

    internal DistributedApplication(IHost host)
    {
        _host = host;
        _orchestrator = host.Services.GetRequiredService<Orchestrator>();
    }

    public IServiceProvider Services => _host.Services;
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>Starts, stays until Ctrl+C or a failure, stops. A failure is one sentence on standard error and exit code 1.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await StartAsync(cancellationToken);
            await StoppingAsync(cancellationToken);
        }
        catch (DistributedApplicationException refused)
        {
            _orchestrator.Fail(refused.Message);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C during the start: stop like at any other time.
        }
        await StopAsync(CancellationToken.None);
        if (_orchestrator.Failure is { } failure)
        {
            await Console.Error.WriteLineAsync(failure);
            Environment.ExitCode = 1;
        }
        await DisposeAsync();
    }

    public void Run() => RunAsync().GetAwaiter().GetResult();

    public virtual async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await _host.StartAsync(either.Token);
        await _orchestrator.StartAsync(either.Token);
    }

    public virtual async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _orchestrator.StopAsync();
        await _host.StopAsync(cancellationToken);
    }

    public void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _orchestrator.StopAsync();
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    private async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        using var asked = lifetime.ApplicationStopping.Register(() => stopping.TrySetResult());
        using var cancelled = cancellationToken.Register(() => stopping.TrySetResult());
        await stopping.Task;
    }
}
