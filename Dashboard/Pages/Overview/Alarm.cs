using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages.Overview;

/// <summary>What of a figure is compared: its last value, the least it was in a time, what was added in it, or which share of that.</summary>
internal enum Look
{
    Last,
    Held,
    Grown,
    Share,
}

/// <summary>
/// One of the alarms by which the platform team is called (docs/operations.md, "What each alarm means"), as far as the services'
/// own figures tell it: the same figure, the same threshold. One that must last a minute or two there is said here at once.
/// </summary>
/// <param name="Name">As there.</param>
/// <param name="Over">How far back it looks; zero: not at all.</param>
/// <param name="Who">What is in trouble: a service, a queue, a method.</param>
/// <param name="Figure">As people read it.</param>
internal sealed record Alarm(
    string Name, string Instrument, Look Look, TimeSpan Over, double Threshold, Func<LatestValue, string> Who, Func<Words, double, string> Figure)
{
    private static readonly Func<Words, double, string> Number = (words, value) => words.Count((long)value);
    private static readonly Func<Words, double, string> Seconds = (words, value) => words.Measured(value, "s");
    private static readonly Func<Words, double, string> Percent = (words, value) => words.Percent(value);

    /// <summary>Those of the services' own figures; what only a cluster knows is not here.</summary>
    public static readonly IReadOnlyList<Alarm> All =
    [
        new("OutboxOld", "intervision.outbox.age", Look.Last, TimeSpan.Zero, 30, Service, Seconds),
        new("OutboxLong", "intervision.outbox.rows", Look.Last, TimeSpan.Zero, 10_000, Service, Number),
        new("OutboxParked", "intervision.outbox.parked_rows", Look.Last, TimeSpan.Zero, 0, Service, Number),
        new("QueueLong", "intervision.queue.messages", Look.Held, TimeSpan.FromMinutes(5), 10_000, Queue, Number),
        new("InboxPoison", "intervision.inbox.parked_rows", Look.Last, TimeSpan.Zero, 0, Queue, Number) { Of = v => Tag(v, "kind") == "poison" },
        new("InboxGap", "intervision.inbox.parked_rows", Look.Held, TimeSpan.FromMinutes(10), 0, Queue, Number) { Of = v => Tag(v, "kind") == "gap" },
        new("DeadLetters", "intervision.inbox.dead_letters", Look.Grown, TimeSpan.FromHours(1), 0, Queue, Number),
        new("MailWaits", "intervision.mail.age", Look.Last, TimeSpan.Zero, 300, Service, Seconds),
        new("MailGivenUp", "intervision.mail.given_up", Look.Grown, TimeSpan.FromDays(1), 0, Service, Number),
        new("CallsUnavailable", Calls, Look.Share, TimeSpan.FromMinutes(5), 0.05, Service, Percent) { Of = v => Code(v) == "14" },
        new("CallsFail", Calls, Look.Grown, TimeSpan.FromMinutes(15), 0, v => $"{Service(v)}, {Tag(v, "rpc.method")}", Number) { Of = v => Code(v) is "2" or "13" },
        new("EnvelopeNearlySpent", "intervision.indemnisation.envelope.consumed", Look.Last, TimeSpan.Zero, 0.9, v => $"{Tag(v, "programme")} {Tag(v, "year")}", Percent) { IsReached = true },
        new("UrgentNotTaken", "intervision.intake.urgent.overdue", Look.Last, TimeSpan.Zero, 0, Service, Number),
        new("ErasureOverdue", "intervision.intake.erasure.overdue", Look.Held, TimeSpan.FromDays(2), 0, Service, Number),
        new("StrangersWrite", "intervision.intake.email.sender_unknown", Look.Grown, TimeSpan.FromHours(1), 20, Service, Number),
    ];

    public const string Calls = "rpc.server.call.duration";

    /// <summary>Which series of the instrument.</summary>
    public Func<LatestValue, bool> Of { get; init; } = _ => true;

    /// <summary>It is called at the threshold already.</summary>
    public bool IsReached { get; init; }

    public IEnumerable<(LatestValue About, double Figure)> Called(IEnumerable<LatestValue> told) =>
        Figures([.. told.Where(v => v.Instrument.Name == Instrument && v.Over == Over)])
            .Where(f => f.Figure > Threshold || (IsReached && f.Figure >= Threshold));

    public static string Code(LatestValue call) => Tag(call, "rpc.grpc.status_code");

    /// <summary>Without the instance that measured.</summary>
    public static string Dimensions(LatestValue value) => string.Join(", ", value.Dimensions.Where(d => d.Key != "service.instance.id").Select(d => d.Value));

    /// <summary>Replicas tell the same state, and each its own share of what was added.</summary>
    private IEnumerable<(LatestValue About, double Figure)> Figures(List<LatestValue> own) => Look == Look.Share
        ? own.GroupBy(Service, StringComparer.Ordinal).Select(g => (g.First(), g.Where(Of).Sum(v => v.Grown) / g.Sum(v => v.Grown)))
        : own.Where(Of).GroupBy(v => (Service(v), Dimensions(v))).Select(g => (g.First(), Look switch
        {
            Look.Last => g.Max(v => v.Value),
            Look.Held => g.Max(v => v.Lowest ?? double.NegativeInfinity),
            _ => g.Sum(v => v.Grown),
        }));

    private static string Service(LatestValue value) => value.Instrument.Resource;

    private static string Queue(LatestValue value) => Tag(value, "queue");

    private static string Tag(LatestValue value, string key) => value.Dimensions.FirstOrDefault(d => d.Key == key)?.Value ?? "";
}
