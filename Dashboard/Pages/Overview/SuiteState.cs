using System.Globalization;
using Intervision.Dashboard.Pages.Resources;
using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages.Overview;

/// <param name="Address">Where to look further.</param>
internal sealed record Reason(string Text, string Address);

/// <param name="Value">Null: not measured yet.</param>
/// <param name="Bad">An alarm is called for it, which stands among the reasons.</param>
internal sealed record Tile(string Title, string? Value, string Detail, bool Bad, string Address);

/// <summary>Whether the suite is well and, when it is not, why: decided from resources and measurements alone.</summary>
internal sealed record SuiteState(IReadOnlyList<Reason> Reasons, bool Starting, IReadOnlyList<Tile> Tiles)
{
    /// <summary>The alarm <c>ServiceSilent</c>.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);
    private const string ToldByEach = "intervision.outbox.rows";

    private static readonly string[] OfTiles =
    [
        "intervision.scheduling.waiting.age", "intervision.scheduling.waiting.cases", "intervision.scheduling.sessions.upcoming",
        "intervision.outbox.age", "intervision.queue.messages", Alarm.Calls, "intervision.indemnisation.envelope.consumed", ToldByEach,
    ];

    /// <summary>Which instruments to ask for, and over which time.</summary>
    public static readonly IReadOnlyList<(TimeSpan Over, IReadOnlyList<string> Instruments)> Wanted =
        [.. Alarm.All.Select(a => (a.Over, a.Instrument)).Concat(OfTiles.Select(i => (TimeSpan.Zero, i))).Distinct()
            .GroupBy(w => w.Item1, w => w.Item2).Select(g => (g.Key, (IReadOnlyList<string>)[.. g]))];

    public bool IsWell => Reasons.Count == 0 && !Starting;

    public static SuiteState Of(IReadOnlyList<ShownResource> resources, IReadOnlyList<LatestValue> told, DateTimeOffset now, Words words)
    {
        var named = told.Where(v => v.Over == TimeSpan.Zero).ToLookup(v => v.Instrument.Name, StringComparer.Ordinal);
        var unwell = resources.Where(r => !r.IsWell && !r.IsComing)
            .Select(r => new Reason(words.WaitsUnwell(r.Name, ResourceParts.StateWord(r, words)), $"/resources/{r.Name}"));
        var silent = named[ToldByEach].GroupBy(v => v.Instrument.Resource, StringComparer.Ordinal)
            .Where(g => now - g.Max(v => v.Time) > Silence && resources.Any(r => r.Group == g.Key && r.IsWell))
            .Select(g => new Reason(words.ServiceSilent(g.Key), Metric(g.First())));
        var called = Alarm.All.SelectMany(alarm => alarm.Called(told).Select(c => (alarm, c.About, c.Figure))).ToList();
        var alarms = called.Select(c => new Reason(words.Alarms[c.alarm.Name](c.alarm.Who(c.About), c.alarm.Figure(words, c.Figure)), Metric(c.About)));
        return new SuiteState(
            [.. unwell, .. silent, .. alarms], resources.Count == 0 || resources.Any(r => r.IsComing),
            TilesOf(named, [.. called.Select(c => c.alarm.Name)], words));
    }

    private static List<Tile> TilesOf(ILookup<string, LatestValue> named, HashSet<string> called, Words words)
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
            new(words.EnvelopeConsumed, envelope is { } e ? words.Percent(e.Value) : null, envelope is { } of ? Alarm.Dimensions(of) : "", called.Contains("EnvelopeNearlySpent"), Metric(envelope)),
            Refused([.. named[Alarm.Calls]], called.Overlaps(["CallsFail", "CallsUnavailable"]), words),
            new(words.OutboxAge, outbox is { } o ? words.Measured(o.Value, "s") : null, outbox?.Instrument.Resource ?? "", called.Contains("OutboxOld"), Metric(outbox)),
            new(words.QueueDepth, queue is null ? null : words.Count((long)depth), queue is { Value: > 0 } q ? Alarm.Dimensions(q) : "", called.Contains("QueueLong"), Metric(queue)),
        ];
    }

    /// <summary>Calls that were not answered with OK since the services started; red while the suite, not the caller, is why.</summary>
    private static Tile Refused(List<LatestValue> calls, bool isBad, Words words)
    {
        var refused = calls.Where(v => Alarm.Code(v) is not ("0" or "")).ToList();
        return new(
            words.RefusedRequests, calls.Count == 0 ? null : words.Count((long)refused.Sum(v => v.Value)),
            calls.Count == 0 ? "" : words.OfCalls(words.Count((long)calls.Sum(v => v.Value))),
            isBad, Metric(refused.Count > 0 ? refused.MaxBy(v => v.Value) : calls.FirstOrDefault()));
    }

    private static LatestValue? Highest(IEnumerable<LatestValue> values) => values.MaxBy(v => v.Value);

    /// <summary>Replicas of a service look at the same queue: one of them counts.</summary>
    private static IEnumerable<LatestValue> DistinctSeries(IEnumerable<LatestValue> values) => values.GroupBy(Alarm.Dimensions, StringComparer.Ordinal).Select(g => g.MaxBy(v => v.Time)!);

    private static string Metric(LatestValue? value) =>
        value is null ? "/metrics" : string.Create(CultureInfo.InvariantCulture, $"/metrics?instrument={value.Instrument.Id}");
}
