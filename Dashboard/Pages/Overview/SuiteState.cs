using System.Globalization;
using Intervision.Dashboard.Pages.Resources;
using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages.Overview;

/// <param name="Address">Where to look further.</param>
internal sealed record Reason(string Text, string Address);

/// <param name="Value">Null: not measured yet.</param>
internal sealed record Tile(string Title, string? Value, string Detail, bool Bad, string Address);

/// <summary>Whether the suite is well and, when it is not, why: decided from resources and last measurements alone.</summary>
internal sealed record SuiteState(IReadOnlyList<Reason> Reasons, bool Starting, IReadOnlyList<Tile> Tiles)
{
    /// <summary>The alarm of <c>intervision.outbox.age</c>.</summary>
    public static readonly TimeSpan OutboxTooOld = TimeSpan.FromSeconds(30);
    public const double EnvelopeNearlyOut = 0.9;
    public const double QueueTooDeep = 10_000;
    private const int Ok = 0;

    /// <summary>Codes that say the suite is in trouble, not the caller: UNKNOWN, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE, DATA_LOSS.</summary>
    private static readonly int[] Trouble = [2, 8, 13, 14, 15];

    public static readonly string[] Instruments =
    [
        "intervision.scheduling.waiting.age", "intervision.scheduling.waiting.cases", "intervision.scheduling.sessions.upcoming",
        "intervision.outbox.age", "intervision.outbox.parked_rows", "intervision.queue.messages", "rpc.server.call.duration",
        "intervision.indemnisation.envelope.consumed",
    ];

    public bool IsWell => Reasons.Count == 0 && !Starting;

    public static SuiteState Of(IReadOnlyList<ShownResource> resources, IReadOnlyList<LatestValue> latest, Words words)
    {
        var named = latest.ToLookup(v => v.Instrument.Name, StringComparer.Ordinal);
        var unwell = resources.Where(r => !r.IsWell && !r.IsComing)
            .Select(r => new Reason(words.WaitsUnwell(r.Name, ResourceParts.StateWord(r, words)), $"/resources/{r.Name}"));
        var old = named["intervision.outbox.age"].Where(v => v.Value > OutboxTooOld.TotalSeconds)
            .Select(v => new Reason(words.OutboxTooOld(v.Instrument.Resource, words.Measured(v.Value, "s")), Metric(v)));
        var aside = named["intervision.outbox.parked_rows"].Where(v => v.Value > 0)
            .Select(v => new Reason(words.SetAside(v.Instrument.Resource, (long)v.Value), Metric(v)));
        var spent = named["intervision.indemnisation.envelope.consumed"].Where(v => v.Value >= EnvelopeNearlyOut)
            .Select(v => new Reason(words.EnvelopeNearlyOut(words.Percent(v.Value)), Metric(v)));
        return new SuiteState([.. unwell, .. old, .. aside, .. spent], resources.Count == 0 || resources.Any(r => r.IsComing), TilesOf(named, words));
    }

    private static List<Tile> TilesOf(ILookup<string, LatestValue> named, Words words)
    {
        var waiting = Highest(named["intervision.scheduling.waiting.age"]);
        var cases = Highest(named["intervision.scheduling.waiting.cases"]);
        var outbox = Highest(named["intervision.outbox.age"]);
        var queue = Highest(named["intervision.queue.messages"]);
        var depth = DistinctSeries(named["intervision.queue.messages"]).Sum(v => v.Value);
        var sessions = Highest(named["intervision.scheduling.sessions.upcoming"]);
        var envelope = Highest(named["intervision.indemnisation.envelope.consumed"]);
        return
        [
            new(words.WaitingListAge, waiting is { } w ? words.Measured(w.Value, "s") : null, cases is { } c ? $"{words.WaitingCases}\u00a0: {words.Count((long)c.Value)}" : "", false, Metric(waiting)),
            new(words.SessionsToCome, sessions is { } s ? words.Count((long)s.Value) : null, "", false, Metric(sessions)),
            new(words.EnvelopeConsumed, envelope is { } e ? words.Percent(e.Value) : null, envelope is { } of ? Dimensions(of) : "", envelope?.Value >= EnvelopeNearlyOut, Metric(envelope)),
            Refused(named["rpc.server.call.duration"], words),
            new(words.OutboxAge, outbox is { } o ? words.Measured(o.Value, "s") : null, outbox?.Instrument.Resource ?? "", outbox?.Value > OutboxTooOld.TotalSeconds, Metric(outbox)),
            new(words.QueueDepth, queue is null ? null : words.Count((long)depth), queue is { Value: > 0 } q ? Dimensions(q) : "", depth > QueueTooDeep, Metric(queue)),
        ];
    }

    /// <summary>Calls that were not answered with OK since the services started; red when the suite, not the caller, is why.</summary>
    private static Tile Refused(IEnumerable<LatestValue> calls, Words words)
    {
        var all = calls.ToList();
        var refused = all.Where(v => Code(v) != Ok).ToList();
        return new(
            words.RefusedRequests, all.Count == 0 ? null : words.Count((long)refused.Sum(v => v.Value)),
            all.Count == 0 ? "" : words.OfCalls(words.Count((long)all.Sum(v => v.Value))),
            refused.Exists(v => Trouble.Contains(Code(v))), Metric(refused.Count > 0 ? refused.MaxBy(v => v.Value) : all.FirstOrDefault()));
    }

    private static int Code(LatestValue call) =>
        int.TryParse(call.Dimensions.FirstOrDefault(d => d.Key == "rpc.grpc.status_code")?.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var code) ? code : Ok;

    private static LatestValue? Highest(IEnumerable<LatestValue> values) => values.MaxBy(v => v.Value);

    /// <summary>Replicas of a service look at the same queue: one of them counts.</summary>
    private static IEnumerable<LatestValue> DistinctSeries(IEnumerable<LatestValue> values) => values.GroupBy(Dimensions, StringComparer.Ordinal).Select(g => g.MaxBy(v => v.Time)!);

    /// <summary>Without the instance that measured.</summary>
    private static string Dimensions(LatestValue value) => string.Join(", ", value.Dimensions.Where(d => d.Key != "service.instance.id").Select(d => d.Value));

    private static string Metric(LatestValue? value) =>
        value is null ? "/metrics" : string.Create(CultureInfo.InvariantCulture, $"/metrics?instrument={value.Instrument.Id}");
}
