using Intervision.Operations.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>Gives what was set aside another chance; the sweeps of relay and consumers then find it within seconds.</summary>
internal sealed class Redrive(ServiceName service, Broker broker, IOptions<MessagingOptions> options)
{
    /// <param name="queue">One queue; empty: all of this service, its outbox included.</param>
    public async Task<RedriveParkedResponse> Run(Tx tx, string queue, CancellationToken cancellation)
    {
        var queues = Topology.Queues.Where(q => q.Consumer == service.Value && (queue.Length == 0 || q.Name == queue)).Select(q => q.Name).ToArray();
        return new RedriveParkedResponse
        {
            RedrivenEvents = await tx.Execute(
                "update inbox_parked set poison = false, reason = 're-driven' where consumer = any (@queues) and poison", new { queues }),
            RedrivenOutboxRows = queue.Length == 0 ? await OutboxRows(tx) : 0,
            RedrivenDeadLetters = options.Value.Enabled ? await DeadLetters(queues, cancellation) : 0,
        };
    }

    /// <summary>Back under their own sequence numbers, before what was appended after them.</summary>
    private static Task<int> OutboxRows(Tx tx) =>
        tx.Execute(
            """
            with back as (delete from outbox_parked returning *)
            insert into outbox (seq, part, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time, append_time)
            overriding system value
            select seq, part, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time, append_time from back
            """);

    /// <summary>Each is acknowledged only when its queue has confirmed it: a crash doubles one, and loses none.</summary>
    private async Task<int> DeadLetters(string[] queues, CancellationToken cancellation)
    {
        await using var connection = await broker.Connect("redrive", cancellation);
        await using var channel = await connection.CreateChannelAsync(WavePublisher.Channel, cancellation);
        var moved = 0;
        foreach (var queue in Topology.Queues.Where(q => queues.Contains(q.Name)))
        {
            for (var left = await channel.MessageCountAsync(queue.DeadLetters, cancellation); left > 0; left--)
            {
                if (await channel.BasicGetAsync(queue.DeadLetters, autoAck: false, cancellation) is not { } letter)
                {
                    break;
                }

                // Straight to its queue: nobody else hears it again.
                await channel.BasicPublishAsync(
                    exchange: "", queue.Name, mandatory: true, new BasicProperties(letter.BasicProperties), letter.Body, CancellationToken.None);
                await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, CancellationToken.None);
                moved++;
            }
        }

        return moved;
    }
}
