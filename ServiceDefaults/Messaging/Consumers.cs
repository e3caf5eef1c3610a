using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>Hears the events of the other services: one connection, a channel per queue.</summary>
internal sealed class Consumers(
    Broker broker, EventHandlers handlers, Db db, ServiceName service, IOptions<MessagingOptions> options, ILogger<Consumers> logger) : BackgroundService
{
    private readonly Outage database = new(options.Value, $"{service.Value} inbox", logger);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Value.Enabled && handlers.Sources.Count > 0 ? broker.Run("consumer", RunSession, stoppingToken) : Task.CompletedTask;

    private async Task RunSession(IConnection connection, Action works, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var queues = new List<Task>();
        foreach (var source in handlers.Sources)
        {
            var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
            var consumer = new QueueConsumer(source, new Inbox(source, db, options.Value, logger), channel, database, options.Value, logger);
            queues.Add(consumer.Run(works, ending.Token));
        }

        // One that ends ends all: the session begins anew, and nothing half-alive stays behind.
        var first = await Task.WhenAny(queues);
        await ending.CancelAsync();
        await first;
    }
}
