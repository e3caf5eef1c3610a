using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The periodic reports as a chain: each one carries the promise of the following, so that any number of watchers see all of them.</summary>
internal sealed class HealthReports : IHealthCheckPublisher
{
    private TaskCompletionSource<Link> _next = NewPromise();

    public Task<Link> Next => Volatile.Read(ref _next).Task;

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        var following = NewPromise();
        Interlocked.Exchange(ref _next, following).SetResult(new Link(report, following.Task));
        return Task.CompletedTask;
    }

    private static TaskCompletionSource<Link> NewPromise() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal sealed record Link(HealthReport Report, Task<Link> Following);
}
