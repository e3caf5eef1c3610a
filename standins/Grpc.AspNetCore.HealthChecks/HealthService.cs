using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary><c>grpc.health.v1</c> over the health checks of ASP.NET Core: <c>Check</c> runs them, <c>Watch</c> follows their periodic runs.</summary>
internal sealed class HealthService(
    HealthCheckService checks,
    HealthReports reports,
    IOptions<GrpcHealthChecksOptions> options,
    IHostApplicationLifetime lifetime) : Grpc.Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        var mapped = options.Value.Services.Find(request.Service)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"No health is known of '{request.Service}'."));
        return new HealthCheckResponse { Status = await Run(mapped, context.CancellationToken) };
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await Follow(request.Service, responseStream, ended.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // An open stream would hold the shutdown back: say the last word and end.
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing });
        }
    }

    private async Task Follow(string service, IServerStreamWriter<HealthCheckResponse> stream, CancellationToken cancellationToken)
    {
        // Subscribed before the first look, so that no change falls between the two.
        var next = reports.Next;
        var mapped = options.Value.Services.Find(service);
        var last = mapped is null ? ServingStatus.ServiceUnknown : await Run(mapped, cancellationToken);
        await stream.WriteAsync(new HealthCheckResponse { Status = last }, cancellationToken);
        while (true)
        {
            var (report, following) = await next.WaitAsync(cancellationToken);
            next = following;
            var now = mapped is null ? ServingStatus.ServiceUnknown : StatusOf(report, mapped);
            if (now == last)
                continue;
            last = now;
            await stream.WriteAsync(new HealthCheckResponse { Status = now }, cancellationToken);
        }
    }

    private async Task<ServingStatus> Run(Func<HealthCheckMapContext, bool> mapped, CancellationToken cancellationToken) =>
        StatusOf(await checks.CheckHealthAsync(check => mapped(new(check.Name, check.Tags)), cancellationToken), mapped);

    /// <summary>Degraded still serves; no check at all is not known to serve.</summary>
    private static ServingStatus StatusOf(HealthReport report, Func<HealthCheckMapContext, bool> mapped)
    {
        var results = report.Entries.Where(entry => mapped(new(entry.Key, entry.Value.Tags))).ToList();
        return results.Count == 0 ? ServingStatus.Unknown
            : results.TrueForAll(entry => entry.Value.Status != HealthStatus.Unhealthy) ? ServingStatus.Serving
            : ServingStatus.NotServing;
    }
}
