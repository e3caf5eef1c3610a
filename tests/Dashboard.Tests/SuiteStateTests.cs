using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Intervision.Dashboard.Pages.Overview;
using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Tests.Support;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Tests;

/// <summary>Whether the suite is well, and why not.</summary>
public sealed partial class SuiteStateTests
{
    private static readonly ShownResource Well = FakeResources.Resource("intake", "Project");

    [Fact]
    public void All_is_well_when_every_resource_is_and_nothing_is_late()
    {
        var migration = Well with { Name = "intake-migration", State = "Finished", ExitCode = 0, Ready = false, Health = null };

        Assert.True(State([Well, migration], Value("intervision.outbox.age", 2)).IsWell);
    }

    [Fact]
    public void What_is_wrong_is_named_with_the_page_that_shows_it()
    {
        var ill = Well with { Health = "Unhealthy", Checks = [new("ready", "Unhealthy", "503")] };

        var state = State([ill], Value("intervision.outbox.age", 95), Value("intervision.outbox.parked_rows", 2), Value("intervision.indemnisation.envelope.consumed", 0.95, new("programme", "ADDICTIONS"), new("year", "2026")));

        Assert.False(state.IsWell);
        Assert.Equal(
            ["intake : En mauvaise santé", "intake : un évènement attend d’être publié depuis 95 s", "intake : 2 évènements mis de côté, à reprendre", "L’enveloppe ADDICTIONS 2026 est consommée à 95 %"],
            state.Reasons.Select(r => r.Text.Replace('\u00a0', ' ').Replace('\u202f', ' ')));
        Assert.Equal("/resources/intake", state.Reasons[0].Address);
        Assert.All(state.Reasons.Skip(1), r => Assert.Equal("/metrics?instrument=1", r.Address));
    }

    [Fact]
    public void A_stopped_resource_is_a_reason_and_a_starting_one_is_not()
    {
        Assert.Single(State([Well with { StoppedByHand = true, State = "Finished", ExitCode = 0, Ready = false, Health = null }]).Reasons);

        var starting = State([Well with { State = "Waiting", Ready = false, Health = null, Checks = [] }]);
        Assert.Equal((true, 0), (starting.Starting, starting.Reasons.Count));
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(13, true)]
    [InlineData(14, true)]
    public void Refusals_are_counted_and_red_when_the_suite_is_why(int code, bool bad)
    {
        var state = State([Well], Value("rpc.server.call.duration", 90, new Tag("rpc.grpc.status_code", "0")), Value("rpc.server.call.duration", 10, new Tag("rpc.grpc.status_code", $"{code}")));

        var refused = state.Tiles.Single(t => t.Title == French.Words.RefusedRequests);
        Assert.Equal(("10", "sur 100 appels", bad, !bad), (refused.Value, refused.Detail, refused.Bad, state.IsWell));
    }

    /// <summary>Each just at its threshold and just above it; what it says is a sentence in both languages.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void An_alarm_is_a_reason_above_its_threshold_and_not_at_it(string name)
    {
        var alarm = Alarm.All.Single(a => a.Name == name);
        Tag[] dimensions = [new("queue", "q"), new("kind", name == "InboxGap" ? "gap" : "poison"), new("rpc.grpc.status_code", name == "CallsUnavailable" ? "14" : "13")];
        var step = alarm.Threshold >= 1 || alarm.Threshold == 0 ? 1 : 0.01;
        LatestValue[] At(double figure) => alarm.Look == Look.Share
            ? [Value(alarm.Instrument, 1000 * figure, dimensions), Value(alarm.Instrument, 1000 * (1 - figure), new Tag("rpc.grpc.status_code", "0"))]
            : [Value(alarm.Instrument, figure, dimensions)];

        Assert.Empty(State([Well], At(alarm.IsReached ? alarm.Threshold - step : alarm.Threshold)).Reasons);
        foreach (var words in (Words[])[French.Words, English.Words])
        {
            var state = SuiteState.Of([Well], OverAll(At(alarm.IsReached ? alarm.Threshold : alarm.Threshold + step)), FakeResources.Started, words);
            var reason = Assert.Single(state.Reasons);
            Assert.Equal("/metrics?instrument=1", reason.Address);
            Assert.Contains(alarm.Figure(words, alarm.IsReached ? alarm.Threshold : alarm.Threshold + step), reason.Text, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string> Names => [.. Alarm.All.Select(a => a.Name)];

    /// <summary>Those of the rules file that the services' own figures tell, and with its thresholds; a time of five minutes and more is waited for here too.</summary>
    [Fact]
    public void Alarms_are_those_by_which_the_platform_team_is_called()
    {
        var root = typeof(SuiteStateTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var rules = Rule().Matches(File.ReadAllText(Path.Combine(root, "AppHost/Publish/Charts/suite/alarms.yaml"))).ToDictionary(m => m.Groups["name"].Value, StringComparer.Ordinal);
        string[] elsewhere = ["ServiceSilent", "ConsumerBehind", "PodRestarts", "JobFailed"];

        Assert.Equal(rules.Keys.Except(elsewhere).Order(StringComparer.Ordinal), Alarm.All.Select(a => a.Name).Order(StringComparer.Ordinal));
        foreach (var alarm in Alarm.All)
        {
            var rule = rules[alarm.Name];
            Assert.Equal(
                (alarm.IsReached ? ">=" : ">", alarm.Threshold, alarm.Name),
                (rule.Groups["than"].Value, double.Parse(rule.Groups["threshold"].Value, CultureInfo.InvariantCulture), alarm.Name));
            Assert.Contains(alarm.Instrument.Replace('.', '_'), rule.Value, StringComparison.Ordinal);
            var over = Time().Match(alarm.Look == Look.Held ? rule.Groups["for"].Value : rule.Groups["expr"].Value);
            Assert.Equal((alarm.Name, alarm.Over), (alarm.Name, alarm.Look == Look.Last ? TimeSpan.Zero : Of(over)));
            Assert.True(alarm.Look != Look.Last || Of(Time().Match(rule.Groups["for"].Value)) < TimeSpan.FromMinutes(5), alarm.Name);
        }
    }

    [Fact]
    public void A_service_that_runs_and_tells_nothing_for_five_minutes_is_a_reason()
    {
        var told = OverAll([Value("intervision.outbox.rows", 0)]);
        Assert.Empty(SuiteState.Of([Well], told, FakeResources.Started + SuiteState.Silence, French.Words).Reasons);

        var silent = SuiteState.Of([Well], told, FakeResources.Started + SuiteState.Silence + TimeSpan.FromSeconds(1), French.Words);
        Assert.StartsWith("intake", Assert.Single(silent.Reasons).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_tile_is_red_below_a_verdict_that_all_is_well()
    {
        var busy = State([Well], [.. Enumerable.Range(0, 3).Select(i => Value("intervision.queue.messages", 9_000, new Tag("queue", $"{i}"))), Value("rpc.server.call.duration", 5, new Tag("rpc.grpc.status_code", "8"))]);

        Assert.True(busy.IsWell);
        Assert.DoesNotContain(busy.Tiles, t => t.Bad);
        Assert.Equal("27 000", busy.Tiles.Single(t => t.Title == French.Words.QueueDepth).Value!.Replace('\u202f', ' '));
    }

    [Fact]
    public void Replicas_that_look_at_one_queue_count_it_once()
    {
        var state = State([Well], Value("intervision.queue.messages", 7, new Tag("queue", "a"), new Tag("service.instance.id", "x")), Value("intervision.queue.messages", 7, new Tag("queue", "a"), new Tag("service.instance.id", "y")), Value("intervision.queue.messages", 5, new Tag("queue", "b")));

        Assert.Equal("12", state.Tiles.Single(t => t.Title == French.Words.QueueDepth).Value);
    }

    [Fact]
    public void What_was_never_measured_is_not_zero() => Assert.All(State([Well]).Tiles, t => Assert.Null(t.Value));

    private static SuiteState State(IReadOnlyList<ShownResource> resources, params LatestValue[] latest) => SuiteState.Of(resources, OverAll(latest), FakeResources.Started, French.Words);

    /// <summary>As if each had been what it is for as long as any alarm looks back.</summary>
    private static List<LatestValue> OverAll(IReadOnlyList<LatestValue> latest) => [.. SuiteState.Wanted.SelectMany(w => latest.Select(v => v with { Over = w.Over }))];

    private static TimeSpan Of(Match time) => !time.Success ? TimeSpan.Zero : int.Parse(time.Groups["n"].Value, CultureInfo.InvariantCulture) * (time.Groups["unit"].Value switch
    {
        "m" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    });

    [GeneratedRegex(@"- alert: (?<name>\w+)\n(?<expr>((?!- alert).)*?) (?<than>>=?) (?<threshold>[0-9.]+)\n( +for: (?<for>\w+)\n)?  +labels", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Rule();

    [GeneratedRegex(@"(?<n>[0-9]+)(?<unit>[mhd])\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Time();

    private static LatestValue Value(string name, double value, params Tag[] dimensions) => new(
        new Instrument(1, "intake", "Tests", name, "", InstrumentKind.Gauge, "", 1, FakeResources.Started), dimensions, value, FakeResources.Started);
}
