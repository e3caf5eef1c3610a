using Microsoft.Extensions.DependencyInjection;

namespace OpenTelemetry;

/// <summary>
/// Where telemetry is configured: <c>WithTracing</c>, <c>WithMetrics</c>, <c>WithLogging</c> and <c>ConfigureResource</c>
/// are extensions of the genuine SDK.
/// </summary>
public sealed class OpenTelemetryBuilder : IOpenTelemetryBuilder
{
    internal OpenTelemetryBuilder(IServiceCollection services) => Services = services;

    public IServiceCollection Services { get; }
}
