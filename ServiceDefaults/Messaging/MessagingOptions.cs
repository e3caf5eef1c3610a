namespace Intervision.ServiceDefaults.Messaging;

/// <summary>Configuration section <c>Messaging</c>; the defaults are what is measured and meant.</summary>
public sealed class MessagingOptions
{
    public const string Section = "Messaging";

    /// <summary>False: neither relay nor consumers run, e.g. in a service's own unit of tests.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>False: what is said stays in the outbox until a process that relays finds it.</summary>
    public bool Relays { get; set; } = true;

    /// <summary>Rows the relay reads at once, and the most it has unconfirmed.</summary>
    public int RelayBatch { get; set; } = 500;

    /// <summary>How long a publish may go without an answer of the broker.</summary>
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Refusals (nack, return) of one event before it is set aside in <c>outbox_parked</c>.</summary>
    public int RelayAttempts { get; set; } = 10;

    /// <summary>First wait after a refusal; doubles up to <see cref="RefusalBackoffMax"/>.</summary>
    public TimeSpan RefusalBackoff { get; set; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan RefusalBackoffMax { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Poll of the outbox while there is traffic, and when there is none: other processes write to it too.</summary>
    public TimeSpan PollBusy { get; set; } = TimeSpan.FromMilliseconds(25);

    public TimeSpan PollIdle { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often relays share out the partitions.</summary>
    public TimeSpan Rebalance { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Full look at the outbox (below the floor too) and at the parked events of the inbox.</summary>
    public TimeSpan Sweep { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Unacknowledged deliveries per queue: a full batch for each worker.</summary>
    public ushort Prefetch { get; set; } = 400;

    /// <summary>Workers per queue; an aggregate always meets the same one.</summary>
    public int Workers { get; set; } = 4;

    /// <summary>Deliveries in one transaction.</summary>
    public int ConsumerBatch { get; set; } = 100;

    /// <summary>How long a worker waits for a batch to fill. Zero: it takes what is there, which measured best.</summary>
    public TimeSpan ConsumerLinger { get; set; } = TimeSpan.Zero;

    /// <summary>Failures of a handler on one event before the event is parked as poison.</summary>
    public int PoisonAttempts { get; set; } = 3;

    /// <summary>First wait before the broker or the database is tried again; doubles up to <see cref="ReconnectMax"/>.</summary>
    public TimeSpan Reconnect { get; set; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan ReconnectMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long answers of idempotent requests are kept: 24 h at least, 30 days where money is concerned (API §8).</summary>
    public TimeSpan? RequestLogRetention { get; set; }

    /// <summary>
    /// Months of published events that are kept; 0 keeps them for ever. Not said: 13, and 121 where they are evidence of
    /// payment (docs/privacy.md).
    /// </summary>
    public int? PublishedEventMonths { get; set; }

    /// <summary>How often the retention job runs.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(1);
}
