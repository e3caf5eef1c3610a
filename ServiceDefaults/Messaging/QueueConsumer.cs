using System.Threading.Channels;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Reads one queue: deliveries are dealt to workers by aggregate, so that an aggregate's events stay in order while others
/// proceed, and are acknowledged singly after the commit of their effect.
/// </summary>
internal sealed class QueueConsumer(SourceHandlers source, Inbox inbox, IChannel channel, Outage database, MessagingOptions options, ILogger logger)
{
    private readonly Channel<Delivery>[] lanes =
        Enumerable.Range(0, options.Workers).Select(_ => Channel.CreateUnbounded<Delivery>(new() { SingleReader = true })).ToArray();

    /// <summary>Until cancelled, or until the broker takes the channel or the queue away.</summary>
    public async Task Run(Action works, CancellationToken cancellation)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, args) => Taken($"channel closed: {args.ReplyText}");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) => Taken("cancelled by the broker");
        consumer.ReceivedAsync += Receive;
        await channel.BasicQosAsync(0, options.Prefetch, global: false, cancellation);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = lanes.Select(lane => Work(lane.Reader, ending.Token)).Append(Sweep(ending.Token)).Append(taken.Task).ToList();
        await channel.BasicConsumeAsync(source.Queue, autoAck: false, consumer, cancellation);
        works();
        var first = await Task.WhenAny(running);
        await ending.CancelAsync();
        await first;

        Task Taken(string why)
        {
            taken.TrySetException(new IOException($"{source.Queue}: {why}"));
            return Task.CompletedTask;
        }
    }

    private async Task Receive(object sender, BasicDeliverEventArgs args)
    {
        if (Read(args) is { } delivery)
        {
            lanes[Outbox.PartitionOf(delivery.Event.AggregateId) % lanes.Length].Writer.TryWrite(delivery);
            return;
        }

        Meters.DeadLettered(source.Queue);
        await channel.BasicNackAsync(args.DeliveryTag, multiple: false, requeue: false, CancellationToken.None);
    }

    /// <returns>Null when it cannot be read: a dead letter.</returns>
    private Delivery? Read(BasicDeliverEventArgs args)
    {
        var why = "no headers of an event";
        try
        {
            if (CloudEvent.Read(args.BasicProperties, args.Body) is { } e)
            {
                return new Delivery(args.DeliveryTag, e, Effect.Of(e, source));
            }
        }
        catch (Exception unreadable)
        {
            // Whatever a parser makes of a stranger's bytes, it must not end the consumer.
            why = unreadable.GetType().Name;
        }

        logger.LogError("{Queue}: message {MessageId} cannot be read ({Why}), set aside in {Queue}.dead", source.Queue, args.BasicProperties.MessageId, why, source.Queue);
        return null;
    }

    private async Task Work(ChannelReader<Delivery> lane, CancellationToken cancellation)
    {
        var batch = new List<Delivery>(options.ConsumerBatch);
        while (await lane.WaitToReadAsync(cancellation))
        {
            if (options.ConsumerLinger > TimeSpan.Zero && lane.Count < options.ConsumerBatch)
            {
                await Task.Delay(options.ConsumerLinger, cancellation);
            }

            while (batch.Count < options.ConsumerBatch && lane.TryRead(out var delivery))
            {
                batch.Add(delivery);
            }

            await Process(batch, cancellation);
            batch.Clear();
        }
    }

    private async Task Process(List<Delivery> batch, CancellationToken cancellation)
    {
        IReadOnlyList<Guid> toDrain;
        try
        {
            toDrain = await inbox.Apply(batch, cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            foreach (var delivery in batch)
            {
                await ProcessSingly(delivery, cancellation);
            }

            return;
        }

        CrashPoint.Hit("consumer.after_commit_before_ack");
        foreach (var delivery in batch)
        {
            await Ack(delivery);
        }

        foreach (var aggregate in toDrain)
        {
            await Patiently(() => inbox.Drain(aggregate, cancellation), cancellation);
        }
    }

    /// <summary>Isolates the one that fails: it is tried a few times, then parked; the others are applied.</summary>
    private async Task ProcessSingly(Delivery delivery, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                IReadOnlyList<Guid> toDrain = [];
                await Patiently(async () => toDrain = await inbox.Apply([delivery], cancellation), cancellation);
                await Ack(delivery);
                foreach (var aggregate in toDrain)
                {
                    await Patiently(() => inbox.Drain(aggregate, cancellation), cancellation);
                }

                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                if (attempt >= options.PoisonAttempts)
                {
                    await Patiently(() => inbox.ParkPoison(delivery.Event, failure, cancellation), cancellation);
                    await Ack(delivery);
                    return;
                }
            }
        }
    }

    /// <summary>A database that is away, a deadlock, a serialisation failure: not the event's fault, tried until it works.</summary>
    private async Task Patiently(Func<Task> work, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                await work();
                database.Over();
                return;
            }
            catch (Exception passing) when (DatabaseErrors.IsTransient(passing) && !cancellation.IsCancellationRequested)
            {
                await database.Wait(passing, cancellation);
            }
        }
    }

    /// <summary>Singly: <c>multiple</c> would acknowledge what other workers still hold.</summary>
    private ValueTask Ack(Delivery delivery) => channel.BasicAckAsync(delivery.Tag, multiple: false, CancellationToken.None);

    private async Task Sweep(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(options.Sweep);
        do
        {
            await Patiently(() => inbox.Sweep(cancellation), cancellation);
            Meters.Depth(source.Queue, await channel.MessageCountAsync(source.Queue, cancellation));
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }
}
