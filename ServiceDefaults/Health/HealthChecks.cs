using Dapper;
using Intervision.ServiceDefaults.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Intervision.ServiceDefaults.Health;

/// <summary>What a service needs to answer (<c>postgres</c>), and what it can do without for a while (<c>rabbitmq</c>: the outbox waits).</summary>
public static class HealthChecks
{
    public static void AddServiceHealthChecks(this IServiceCollection services) =>
        services.AddHealthChecks()
            .AddCheck("self", () => HealthCheckResult.Healthy(), ["live"])
            .AddCheck<PostgresCheck>("postgres", timeout: TimeSpan.FromSeconds(3))
            .AddCheck<BrokerCheck>("rabbitmq");

    private sealed class PostgresCheck(NpgsqlDataSource source) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                await connection.ExecuteScalarAsync<int>(new CommandDefinition("select 1", cancellationToken: cancellationToken));
                return HealthCheckResult.Healthy();
            }
            // A check that is given up is not for us to judge: what takes too long is unhealthy, a service that stops is not.
            catch (Exception lost) when (lost is NpgsqlException or ObjectDisposedException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return HealthCheckResult.Unhealthy($"PostgreSQL does not answer: {lost.GetType().Name}");
            }
        }
    }

    private sealed class BrokerCheck(Broker broker) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(broker.IsConnected || !broker.IsNeeded
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded("Not connected to RabbitMQ: requests are accepted, events wait in the outbox."));
    }
}
