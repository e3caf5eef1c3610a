using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.Tests.Support;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests;

/// <summary>Consent is asked of Intake for each item too: between opening and item the patient may have said no.</summary>
public sealed class CloseItemTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Each_item_is_asked_again_as_of_now_with_those_who_were_there()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(1);
        // At the very instant of the opening it is still another question.
        var closed = await Close(stage, opened, Stage.Start);
        Assert.Equal(ItemState.Discussed, Assert.Single(closed.Items).State);
        var asked = fixture.Intake.AskedFor(opened.Name).ToList();
        Assert.Equal(2, asked.Select(r => r.RequestId).Distinct().Count());
        Assert.Equal((stage.Case(1), Stage.Start), (asked[1].Name, asked[1].Instant.ToDateTimeOffset()));
        string[] present = [stage.Referent, stage.Expert, stage.Requester];
        Assert.Equal(present.Order(StringComparer.Ordinal), asked[1].People);
        Assert.Equal([ParticipantCategory.HealthProfessional, ParticipantCategory.Expert], asked[1].Categories);
    }

    [Fact]
    public async Task A_withdrawal_that_scheduling_has_not_heard_of_stops_the_item_and_says_so()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(2);
        fixture.Intake.Deny(stage.Case(1), "CONSENT_NOT_GRANTED");
        var session = await Close(stage, opened, Stage.Start.AddMinutes(60));
        Assert.Equal([(ItemState.Removed, "CONSENT_NOT_GRANTED"), (ItemState.Open, "")], session.Items.Select(i => (i.State, i.Reason)));
        Assert.All(session.Invitations, i => Assert.DoesNotContain(stage.Case(1), i.Cases));
        var said = await fixture.Said(session.Name);
        Assert.DoesNotContain(said, e => e.EventType.Contains("case_discussed", StringComparison.Ordinal));
        Assert.Equal((stage.Case(1), "CONSENT_NOT_GRANTED"), said[^1].As<CaseUnscheduled>() is var e ? (e.Case, e.Reason) : default);
        Assert.Empty((await Waiting(stage)).Cases);
    }

    [Fact]
    public async Task A_case_that_none_of_those_present_may_hear_waits_again()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(1);
        fixture.Intake.Deny(stage.Case(1), "NOBODY_MAY_HEAR");
        await Close(stage, opened, Stage.Start.AddMinutes(30));
        Assert.Equal(stage.Case(1), Assert.Single((await Waiting(stage)).Cases).Case);
    }

    [Fact]
    public async Task Without_an_answer_nothing_changes_and_a_later_attempt_asks_again()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(1);
        fixture.Intake.Answers[stage.Case(1)] = _ => throw new RpcException(new Status(StatusCode.Internal, "no"));
        await Refused.With(
            StatusCode.Unavailable, "INTAKE_UNREACHABLE",
            () => stage.Client.CloseItemAsync(stage.Discussing(opened, 1), stage.AsCoordinator(Stage.Start.AddMinutes(30))));
        Assert.Equal(opened, await stage.Get(opened.Name));
        fixture.Intake.Answers.TryRemove(stage.Case(1), out _);
        Assert.Equal(ItemState.Discussed, Assert.Single((await Close(stage, opened, Stage.Start.AddMinutes(31))).Items).State);
        Assert.Equal(3, fixture.Intake.AskedFor(opened.Name).Select(r => r.RequestId).Distinct().Count());
    }

    [Fact]
    public async Task Entered_afterwards_from_paper_it_is_asked_as_of_the_start()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(1);
        await Close(stage, opened, Stage.Start.AddDays(3));
        Assert.Equal(Stage.Start, fixture.Intake.AskedFor(opened.Name).Last().Instant.ToDateTimeOffset());
    }

    [Fact]
    public async Task What_cannot_be_closed_is_not_asked_about()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(1);
        var alone = stage.Discussing(opened, 1);
        alone.Present.Clear();
        alone.Present.Add(stage.Referent);
        await Refused.With(
            StatusCode.FailedPrecondition, "TWO_STRUCTURES_REQUIRED", () => stage.Client.CloseItemAsync(alone, stage.AsCoordinator(Stage.Start.AddMinutes(30))));
        Assert.Single(fixture.Intake.AskedFor(opened.Name));
    }

    private static async Task<Session> Close(Stage stage, Session session, DateTimeOffset now) =>
        (await stage.Client.CloseItemAsync(stage.Discussing(session, 1), stage.AsCoordinator(now))).Session;

    private static async Task<ListWaitingCasesResponse> Waiting(Stage stage) =>
        await stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { Pole = stage.Pole }, stage.AsCoordinator(Stage.Start.AddHours(1)));
}
