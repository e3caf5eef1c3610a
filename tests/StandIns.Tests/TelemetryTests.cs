using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Intervision.StandIns.Tests;

public sealed class TelemetryTests
{
    private static readonly ActivitySource s_source = new("Intervision.StandIns.Tests.Telemetry");

    [Fact]
    public async Task Providers_start_before_the_other_hosted_services()
    {
        var ended = new ConcurrentQueue<string>();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHostedService<Worker>();
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(s_source.Name).AddProcessor(new Recorder(ended)))
            .WithMetrics(metrics => metrics.AddMeter("System.Runtime"));
        builder.Services.AddOpenTelemetry();
        using var host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();

        Assert.Equal(["work at start"], ended);
        Assert.Single(host.Services.GetServices<IHostedService>(), service => service.GetType().Name == "TelemetryHostedService");
        Assert.NotNull(host.Services.GetService<MeterProvider>());
    }

    private sealed class Worker : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            s_source.StartActivity("work at start")?.Dispose();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Recorder(ConcurrentQueue<string> ended) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => ended.Enqueue(data.DisplayName);
    }
}
