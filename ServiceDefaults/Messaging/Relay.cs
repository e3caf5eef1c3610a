using Dapper;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RabbitMQ.Client;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>Carries the outbox to the broker, for ever: each session has its own connection on either side.</summary>
internal sealed class Relay(
    Broker broker, IConfiguration configuration, ServiceName service, OutboxSignal signal, IOptions<MessagingOptions> options, ILogger<Relay> logger)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Value is { Enabled: true, Relays: true } ? broker.Run("relay", RunSession, stoppingToken) : Task.CompletedTask;

    private async Task RunSession(IConnection connection, Action works, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(WavePublisher.Channel, cancellation);
        await using var database = new NpgsqlConnection(SessionSettings());
        await database.OpenAsync(cancellation);
        await database.ExecuteAsync("select published_event_prepare(3)");
        var session = new RelaySession(
            new PartitionLeases(database), new OutboxTable(database), new WavePublisher(channel, service, options.Value), signal, options.Value, logger);
        await session.Run(works, cancellation);
    }

    /// <summary>
    /// Never pooled: the advisory locks must go when the session does (DESIGN §7.23). Its commits do not wait for the disk:
    /// a server crash may undo the last moves as a whole, whose events are then published again and known to every inbox.
    /// </summary>
    private string SessionSettings() =>
        new NpgsqlConnectionStringBuilder(Database.ConnectionString(configuration))
        {
            Pooling = false,
            ApplicationName = $"{service.Value} relay",
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 2,
            KeepAlive = 10,
            Options = "-c synchronous_commit=off",
        }.ConnectionString;
}
