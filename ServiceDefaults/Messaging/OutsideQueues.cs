using Intervision.ServiceDefaults.Grpc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// The depth of queues that software of others reads: no consumer of ours stands at them, so the service whose stream they hold
/// looks. By a passive declaration, on a connection of its own: a queue that somebody has deleted ends this session only, and the
/// next one declares it again.
/// </summary>
internal sealed class OutsideQueues(Broker broker, ServiceName service, IOptions<MessagingOptions> options) : BackgroundService
{
    private readonly string[] queues = [.. Topology.Queues.Where(q => !q.Suite && q.Source == service.Value).Select(q => q.Name)];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Value.Enabled && queues.Length > 0 ? broker.Run("queue watch", Watch, stoppingToken) : Task.CompletedTask;

    private async Task Watch(IConnection connection, Action works, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        using var timer = new PeriodicTimer(options.Value.Sweep);
        do
        {
            foreach (var queue in queues)
            {
                Meters.Depth(queue, await channel.MessageCountAsync(queue, cancellation));
            }

            works();
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }
}
