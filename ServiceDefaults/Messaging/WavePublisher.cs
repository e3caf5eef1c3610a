using System.Diagnostics;
using Intervision.ServiceDefaults.Grpc;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>What became of the rows of a batch. Rows behind a refused one of their aggregate are in neither list.</summary>
internal sealed record Published(List<OutboxRow> Confirmed, List<(OutboxRow Row, string Reason)> Refused, List<OutboxRow> Unanswered);

/// <summary>
/// Publishes in waves of at most one event per aggregate, each awaited as a whole: whatever the broker refuses, no event
/// overtakes its predecessor (MESSAGING §D3, Publish).
/// </summary>
internal sealed class WavePublisher(IChannel channel, ServiceName service, MessagingOptions options)
{
    /// <summary>A channel whose publishes complete with the broker's confirm. The window is ours: the library's limiter sleeps (PLATFORM §1).</summary>
    public static CreateChannelOptions Channel { get; } = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);

    public async Task<Published> Publish(IEnumerable<OutboxRow> rows)
    {
        var result = new Published([], [], []);
        var streams = rows.GroupBy(r => r.AggregateId).Select(g => new Queue<OutboxRow>(g)).ToList();
        while (streams.Count > 0 && result.Unanswered.Count == 0)
        {
            var failed = await Wave(streams, result);
            streams.RemoveAll(s => s.Count == 0 || failed.Contains(s.Peek().AggregateId));
        }

        return result;
    }

    /// <summary>The head of every stream.</summary>
    /// <returns>Aggregates that must wait.</returns>
    private async Task<HashSet<Guid>> Wave(List<Queue<OutboxRow>> streams, Published result)
    {
        var sent = streams.ConvertAll(s => (Row: s.Dequeue(), Answer: (Task<string?>?)null));
        for (var i = 0; i < sent.Count; i++)
        {
            sent[i] = (sent[i].Row, PublishOne(sent[i].Row));
        }

        var all = Task.WhenAll(sent.Select(s => s.Answer!));
        await Task.WhenAny(all, Task.Delay(options.ConfirmTimeout));
        var failed = new HashSet<Guid>();
        foreach (var (row, answer) in sent)
        {
            if (!answer!.IsCompletedSuccessfully)
            {
                result.Unanswered.Add(row);
                failed.Add(row.AggregateId);
            }
            else if (await answer is { } reason)
            {
                result.Refused.Add((row, reason));
                failed.Add(row.AggregateId);
            }
            else
            {
                result.Confirmed.Add(row);
            }
        }

        return failed;
    }

    /// <returns>Null when confirmed, else why the broker refused. Never throws: an unanswered publish faults or stays pending.</returns>
    private async Task<string?> PublishOne(OutboxRow row)
    {
        using var span = Tracing.StartRelay(row);
        try
        {
            // No cancellable token, ever: a cancelled publish corrupts the client's confirm sequence (PLATFORM §1).
            await channel.BasicPublishAsync(
                Topology.Exchange, row.EventType, mandatory: true, row.ToCloudEvent().ToProperties(service.Value), row.Payload, CancellationToken.None);
            CrashPoint.Hit("relay.mid_wave");
            Meters.Confirmed(row);
            return null;
        }
        catch (PublishException refused)
        {
            span?.SetStatus(ActivityStatusCode.Error, refused.IsReturn ? "returned" : "nack");
            return refused.IsReturn ? "returned: no queue is bound" : "nack";
        }
    }
}
