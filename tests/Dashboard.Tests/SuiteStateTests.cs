using Intervision.Dashboard.Pages.Overview;
using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Tests.Support;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Tests;

/// <summary>Whether the suite is well, and why not.</summary>
public sealed class SuiteStateTests
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

        var state = State([ill], Value("intervision.outbox.age", 95), Value("intervision.outbox.parked_rows", 2), Value("intervision.indemnisation.envelope.consumed", 0.95));

        Assert.False(state.IsWell);
        Assert.Equal(
            ["intake : En mauvaise santé", "intake : un évènement attend d’être publié depuis 95 s", "intake : 2 évènements mis de côté, à reprendre", "Une enveloppe est consommée à 95 %"],
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
        Assert.Equal(("10", "sur 100 appels", bad), (refused.Value, refused.Detail, refused.Bad));
    }

    [Fact]
    public void Replicas_that_look_at_one_queue_count_it_once()
    {
        var state = State([Well], Value("intervision.queue.messages", 7, new Tag("queue", "a"), new Tag("service.instance.id", "x")), Value("intervision.queue.messages", 7, new Tag("queue", "a"), new Tag("service.instance.id", "y")), Value("intervision.queue.messages", 5, new Tag("queue", "b")));

        Assert.Equal("12", state.Tiles.Single(t => t.Title == French.Words.QueueDepth).Value);
    }

    [Fact]
    public void What_was_never_measured_is_not_zero() => Assert.All(State([Well]).Tiles, t => Assert.Null(t.Value));

    private static SuiteState State(IReadOnlyList<ShownResource> resources, params LatestValue[] latest) => SuiteState.Of(resources, latest, French.Words);

    private static LatestValue Value(string name, double value, params Tag[] dimensions) => new(
        new Instrument(1, "intake", "Tests", name, "", InstrumentKind.Gauge, "", 1, FakeResources.Started), dimensions, value, FakeResources.Started);
}
