using RabbitMQ.Client;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>One consumer's queue of one source's whole stream.</summary>
/// <param name="Suite">Read by a service of the suite: one active consumer at a time keeps its order.</param>
public sealed record EventQueue(string Consumer, string Source, bool Suite)
{
    public string Name => $"{Consumer}.{Source}";

    /// <summary>Where messages go that could not even be read; <c>RedriveParked</c> sends them back.</summary>
    public string DeadLetters => $"{Name}.dead";

    /// <summary>The whole stream (DESIGN §4): a consumer that bound fewer types would see gaps.</summary>
    public string Binding => $"intervision.{Source}.#";
}

/// <summary>
/// Everything the broker must hold, in one place. Every process declares all of it before it publishes anything, so
/// that nothing is said to a queue that is not there yet (DESIGN §7.2).
/// </summary>
public static class Topology
{
    /// <summary>Durable topic exchange; the routing key is the CloudEvents type.</summary>
    public const string Exchange = "intervision.events";

    public const string DeadLetterExchange = "intervision.dead-letters";

    /// <summary>
    /// Deliveries of one message before the broker gives it up. High, because poison is parked by our own code: what
    /// counts up here is only a consumer that crashes (DESIGN §7.4).
    /// </summary>
    private const int DeliveryLimit = 200;

    public static IReadOnlyList<EventQueue> Queues { get; } =
    [
        new("membership", "scheduling", Suite: true),
        new("scheduling", "membership", Suite: true),
        new("scheduling", "intake", Suite: true),
        new("scheduling", "indemnisation", Suite: true),
        new("intake", "membership", Suite: true),
        new("intake", "scheduling", Suite: true),
        new("indemnisation", "membership", Suite: true),
        new("indemnisation", "scheduling", Suite: true),
        // Finance's own software reads this one as it likes; it is here so that it exists from day one.
        new("finance", "indemnisation", Suite: false),
    ];

    /// <summary>Declares what is missing; harmless when all is there.</summary>
    public static async Task Declare(IChannel channel, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(channel);
        await channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellation);
        await channel.ExchangeDeclareAsync(DeadLetterExchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellation);
        foreach (var queue in Queues)
        {
            await DeclareQueue(channel, queue.DeadLetters, new() { ["x-queue-type"] = "quorum" }, cancellation);
            await channel.QueueBindAsync(queue.DeadLetters, DeadLetterExchange, queue.Name, cancellationToken: cancellation);
            await DeclareQueue(channel, queue.Name, Arguments(queue), cancellation);
            await channel.QueueBindAsync(queue.Name, Exchange, queue.Binding, cancellationToken: cancellation);
        }
    }

    private static Dictionary<string, object?> Arguments(EventQueue queue)
    {
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = DeliveryLimit,
            ["x-dead-letter-exchange"] = DeadLetterExchange,
            ["x-dead-letter-routing-key"] = queue.Name,
            // A dead letter leaves its queue only when the other one has it; the broker wants this overflow mode with it.
            ["x-dead-letter-strategy"] = "at-least-once",
            ["x-overflow"] = "reject-publish",
        };
        if (queue.Suite)
        {
            arguments["x-single-active-consumer"] = true;
        }

        return arguments;
    }

    private static Task DeclareQueue(IChannel channel, string name, Dictionary<string, object?> arguments, CancellationToken cancellation) =>
        channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
}
