using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Intervision.AppHost.Tests;

/// <summary>What a service says of its health is what the app host knows of it.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_service_that_says_why_it_is_unwell_is_quoted_and_a_degraded_one_can_be_waited_for()
    {
        var file = Path.Combine(Sample.DataFolder(), "health");
        await File.WriteAllTextAsync(file, "Degraded\nrabbitmq: Not connected to RabbitMQ");
        var builder = Sample.Builder();
        var sample = builder.AddSample("sample").WithEnvironment("HEALTH_FILE", file);
        builder.AddExecutable("waiter", "sleep", "/tmp", "500").WaitFor(sample);
        await using var app = builder.Build();
        await app.StartAsync();

        await Sample.Healthy(app, "waiter");
        Assert.Equal((HealthStatus.Degraded, "rabbitmq: Not connected to RabbitMQ"), Report(await Sample.State(app, "sample", s => s.HealthStatus == HealthStatus.Degraded)));

        await File.WriteAllTextAsync(file, $"Unhealthy\npostgres: PostgreSQL does not answer\nrabbitmq: {new string('x', 100_000)}");
        var (status, why) = Report(await Sample.State(app, "sample", s => s.HealthStatus == HealthStatus.Unhealthy));
        Assert.StartsWith("/health : 503 au lieu de 200 — postgres: PostgreSQL does not answer ; rabbitmq: x", why, StringComparison.Ordinal);
        Assert.InRange(why!.Length, 100, 1_100);

        await File.WriteAllTextAsync(file, "Healthy");
        await Sample.State(app, "sample", s => s.HealthStatus == HealthStatus.Healthy && s.IsReady);
    }

    private static (HealthStatus?, string?) Report(CustomResourceSnapshot s) => (s.HealthReports[0].Status, s.HealthReports[0].Description);
}
