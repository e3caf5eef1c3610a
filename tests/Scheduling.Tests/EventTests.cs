using Grpc.Core;
using Intervision.Indemnisation.Events.V1;
using Intervision.Intake.Events.V1;
using Intervision.Membership.Events.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests;

/// <summary>What the words of the other services change here.</summary>
public sealed class EventTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task A_case_of_a_pole_not_heard_of_waits_and_says_why()
    {
        var stage = new Stage(fixture);
        await stage.Ready(1);
        var waiting = await Waiting(stage, Stage.Summer.AddDays(4).AddHours(1));
        var only = Assert.Single(waiting);
        Assert.Equal((stage.Case(1), "UNKNOWN_POLE", 5), (only.Case, only.Reason, only.WaitingDays));

        await stage.Set();
        Assert.Equal("", Assert.Single(await Waiting(stage, Stage.Summer)).Reason);
        await stage.Plan();
        Assert.Single((await stage.Place()).Placements);
        Assert.Empty(await Waiting(stage, Stage.Summer));
    }

    [Fact]
    public async Task Urgent_cases_go_first_then_by_the_day_they_were_asked()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Plan();
        await stage.Ready(1, submitted: Stage.Summer.AddDays(-1));
        await stage.Ready(2, submitted: Stage.Summer.AddDays(-3));
        await stage.Ready(3, urgent: true, submitted: Stage.Summer);
        Assert.Equal([stage.Case(3), stage.Case(2), stage.Case(1)], (await stage.Place()).Placements.Select(p => p.Case));
    }

    [Fact]
    public async Task A_session_within_ten_days_takes_no_more_cases()
    {
        var stage = await new Stage(fixture).Set();
        var sessions = await stage.Plan();
        await stage.Ready(1);
        Assert.Equal(sessions[0].Name, Assert.Single((await stage.Place(Stage.Start.AddDays(-11))).Placements).Session);
        // 23:15Z on the eleventh day before is the tenth day in Paris.
        await stage.Ready(2);
        Assert.Equal(sessions[1].Name, Assert.Single((await stage.Place(Stage.Start.AddDays(-11).AddHours(13))).Placements).Session);
    }

    [Fact]
    public async Task The_same_word_twice_is_one_case_and_a_scheduled_case_does_not_wait_again()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Plan();
        await stage.Ready(1);
        await stage.Ready(1);
        Assert.Single((await stage.Place()).Placements);
        await stage.Ready(1, urgent: true);
        Assert.Empty((await stage.Place()).Placements);
    }

    [Fact]
    public async Task After_a_discussion_only_a_newer_word_makes_it_wait_again()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Held();
        await stage.Ready(1, said: Stage.Start.AddMinutes(10));
        Assert.Empty(await Waiting(stage, Stage.Start.AddDays(1)));
        await stage.Ready(1, said: Stage.Start.AddDays(1));
        Assert.Single(await Waiting(stage, Stage.Start.AddDays(1)));
    }

    [Theory]
    [InlineData("planned")]
    [InlineData("convened")]
    [InlineData("open")]
    public async Task A_withdrawn_consent_leaves_every_agenda_at_once(string state)
    {
        var stage = await new Stage(fixture).Set();
        var session = state switch { "planned" => await stage.Planned(), "convened" => await stage.Convened(), _ => await stage.Opened() };
        await fixture.Deliver("intake", new ConsentWithdrawn { Case = stage.Case(1) }, stage.Case(1), Stage.Start.AddMinutes(5));
        var after = await stage.Get(session.Name);
        Assert.Equal((ItemState.Removed, "CONSENT_WITHDRAWN"), (after.Items[0].State, after.Items[0].Reason));
        Assert.NotEqual(session.Etag, after.Etag);
        Assert.All(after.Invitations, i => Assert.DoesNotContain(stage.Case(1), i.Cases));
        Assert.Equal("CONSENT_WITHDRAWN", (await fixture.Said(session.Name))[^1].As<CaseUnscheduled>().Reason);
        await fixture.Deliver("intake", new ConsentWithdrawn { Case = stage.Case(1) }, stage.Case(1), Stage.Start.AddMinutes(6));
        Assert.Equal(after, await stage.Get(session.Name));
    }

    [Fact]
    public async Task No_longer_ready_leaves_the_waiting_list_and_an_agenda_not_yet_open()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Planned();
        await fixture.Deliver("intake", new CaseNoLongerReady { Case = stage.Case(1), Reason = "ABANDONED" }, stage.Case(1), Stage.Summer.AddDays(1));
        await stage.Ready(3);
        await fixture.Deliver("intake", new CaseNoLongerReady { Case = stage.Case(3), Reason = "ABANDONED" }, stage.Case(3), Stage.Summer.AddDays(1));
        Assert.Equal("ABANDONED", (await stage.Get(session.Name)).Items[0].Reason);
        Assert.Empty(await Waiting(stage, Stage.Start));

        var open = await new Stage(fixture).Set();
        var opened = await open.Opened();
        await fixture.Deliver("intake", new CaseNoLongerReady { Case = open.Case(1) }, open.Case(1), Stage.Start);
        Assert.Equal(opened, await open.Get(opened.Name));
    }

    [Theory]
    [InlineData("ABANDONED")]
    [InlineData("DUPLICATE")]
    [InlineData("CONSENT_EXPIRED")]
    public async Task What_has_ended_is_stopped_while_it_is_discussed(string reason)
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened();
        await fixture.Deliver("intake", new CaseNoLongerReady { Case = stage.Case(1), Reason = reason }, stage.Case(1), Stage.Start);
        var item = (await stage.Get(opened.Name)).Items.Single(i => i.Case == stage.Case(1));
        Assert.Equal((AgendaItem.Types.State.Removed, reason), (item.State, item.Reason));
    }

    [Fact]
    public async Task A_withdrawal_and_a_placing_at_once_never_leave_the_case_on_an_agenda()
    {
        for (var round = 0; round < 5; round++)
        {
            var stage = await new Stage(fixture).Set();
            var sessions = await stage.Plan();
            await stage.Ready(1);
            await Task.WhenAll(
                stage.Place(),
                fixture.Deliver("intake", new ConsentWithdrawn { Case = stage.Case(1) }, stage.Case(1), Stage.Summer));
            Assert.DoesNotContain((await stage.Get(sessions[0].Name)).Items, i => i.State != ItemState.Removed);
            Assert.Empty(await Waiting(stage, Stage.Summer));
        }
    }

    [Fact]
    public async Task Two_coordinators_placing_at_once_put_each_case_on_one_agenda()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Plan();
        for (var n = 1; n <= 5; n++)
        {
            await stage.Ready(n);
        }

        var placed = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => stage.Place()));
        var cases = placed.SelectMany(p => p.Placements).Select(p => p.Case).ToList();
        Assert.Equal(5, cases.Count);
        Assert.Equal(5, cases.Distinct().Count());
    }

    [Fact]
    public async Task A_session_is_settled_only_once_certified()
    {
        var stage = await new Stage(fixture).Set();
        var held = await stage.Held();
        await fixture.Deliver("indemnisation", new SessionSettled { Session = held.Name }, held.Name, Stage.Start.AddDays(1));
        Assert.Equal(SessionState.Held, (await stage.Get(held.Name)).State);
    }

    [Fact]
    public async Task A_cancelled_session_frees_its_room_and_its_cases()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Planned(0);
        var cancelled = (await stage.Client.FreezeAgendaAsync(
            new FreezeAgendaRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, stage.AsCoordinator(Stage.Start.AddDays(-10)))).Session;
        Assert.Equal((SessionState.Cancelled, "NO_CASE_READY"), (cancelled.State, cancelled.CancelReason));
        var other = await new Stage(fixture).Set();
        await Directory.Say(fixture, other.Pole, new PoleChanged { Pole = Directory.Pole(other.Pole, stage.Host, other.Referent) });
        Assert.Single(await other.Plan(new DateOnly(2026, 9, 2)));
        // Planning the season again does not wake it.
        Assert.Equal(SessionState.Cancelled, (await stage.Plan())[0].State);
    }

    [Fact]
    public async Task A_convention_that_ends_after_the_freeze_stops_the_convening()
    {
        var stage = await new Stage(fixture).Set();
        var frozen = await stage.Frozen();
        Assert.True(frozen.AgendaFrozen);
        await Directory.Convention(fixture, stage.Host, new DateOnly(2025, 1, 1), new DateOnly(2026, 8, 31));
        await Refused.With(StatusCode.FailedPrecondition, "NO_CONVENTION_IN_FORCE", () => stage.Client.ConveneSessionAsync(stage.Convening(frozen), stage.AsCoordinator(Stage.Start.AddDays(-7))));
        await Directory.Convention(fixture, stage.Host, new DateOnly(2025, 1, 1), new DateOnly(2026, 9, 1));
        Assert.Equal(SessionState.Convened, (await stage.Client.ConveneSessionAsync(stage.Convening(frozen), stage.AsCoordinator(Stage.Start.AddDays(-7)))).Session.State);
    }

    private static async Task<IReadOnlyList<ListWaitingCasesResponse.Types.WaitingCase>> Waiting(Stage stage, DateTimeOffset now) =>
        (await stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { Pole = stage.Pole }, stage.AsCoordinator(now))).Cases;
}
