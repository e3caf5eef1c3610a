using System.Net;
using System.Net.Sockets;
using System.Text;
using Intervision.ServiceDefaults.Health;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>A database that is away, or silent, is told from a service that stops while it asks.</summary>
public sealed class HealthCheckTests : IDisposable
{
    private readonly ErrorLog errors = new();
    private readonly TcpListener silent = new(IPAddress.Loopback, 0);
    private ServiceProvider? services;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        services?.Dispose();
        silent.Dispose();
    }

    [Fact]
    public async Task A_database_that_refuses_connections_is_unhealthy()
    {
        var port = Listen();
        silent.Stop();
        var report = await Postgres(port).CheckHealthAsync(IsPostgres, Cancellation);
        Assert.Equal("PostgreSQL does not answer: NpgsqlException", report.Entries["postgres"].Description);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Single(errors.Errors);
    }

    [Fact]
    public async Task A_database_that_says_nothing_is_unhealthy_after_a_while()
    {
        var report = await Postgres(Listen()).CheckHealthAsync(IsPostgres, Cancellation);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Single(errors.Errors);
    }

    [Fact]
    public async Task A_check_given_up_by_a_service_that_stops_is_no_failure()
    {
        var checks = Postgres(Listen());
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var check = checks.CheckHealthAsync(IsPostgres, stopping.Token);
        using var asked = await silent.AcceptTcpClientAsync(Cancellation);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
        Assert.Empty(errors.Errors);
    }

    [Fact]
    public async Task A_check_that_finds_its_connections_closed_by_a_service_that_stops_is_no_failure()
    {
        var checks = Postgres(Listen());
        await services!.GetRequiredService<NpgsqlDataSource>().DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => checks.CheckHealthAsync(IsPostgres, new CancellationToken(canceled: true)));
        Assert.Empty(errors.Errors);
    }

    /// <summary>Anybody may ask: what failed and how, and nothing that an exception nobody caught has in its message.</summary>
    [Fact]
    public async Task Each_check_that_is_not_well_is_told_without_secrets()
    {
        var port = Listen();
        silent.Stop();
        var report = await Postgres(port, checks => checks.AddCheck("disk", () => throw new InvalidOperationException("Password=s3cret")).AddCheck("queue", () => HealthCheckResult.Degraded("long")))
            .CheckHealthAsync(check => check.Name != "rabbitmq", Cancellation);
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };

        await HealthText.Write(context, report);

        Assert.Equal(
            "Unhealthy\npostgres: PostgreSQL does not answer: NpgsqlException\ndisk: InvalidOperationException\nqueue: long",
            Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
        Assert.Equal("Healthy", HealthText.Of(await services!.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("live"), Cancellation)));
    }

    private static bool IsPostgres(HealthCheckRegistration check) => check.Name == "postgres";

    private int Listen()
    {
        silent.Start();
        return ((IPEndPoint)silent.LocalEndpoint).Port;
    }

    private HealthCheckService Postgres(int port, Action<IHealthChecksBuilder>? more = null)
    {
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.AddProvider(errors));
        collection.AddSingleton(NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=nobody;Database=none"));
        collection.AddServiceHealthChecks();
        more?.Invoke(collection.AddHealthChecks());
        services = collection.BuildServiceProvider();
        return services.GetRequiredService<HealthCheckService>();
    }
}
