using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests;

/// <summary>Consent at the table: asked of a real endpoint, and nothing opens without a clear answer.</summary>
public sealed class OpenSessionTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Every_case_is_asked_once_as_the_service_with_the_instant_of_the_opening()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Opened();
        Assert.Equal([ItemState.Open, ItemState.Open], session.Items.Select(i => i.State));
        var asked = fixture.Intake.Asked.Where(a => a.Request.Session == session.Name).ToList();
        Assert.Equal([stage.Case(1), stage.Case(2)], asked.Select(a => a.Request.Name).Order(StringComparer.Ordinal));
        Assert.All(asked, a => Assert.Equal(Stage.Start, a.Request.Instant.ToDateTimeOffset()));
        Assert.All(asked, a => Assert.True(Guid.TryParse(a.Request.RequestId, out _)));
        Assert.Equal(2, asked.Select(a => a.Request.RequestId).Distinct().Count());
        Assert.All(asked, a => Assert.StartsWith("Bearer ", a.Headers.GetValue("authorization"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_item_leaves_the_agenda_with_its_people_and_says_so()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened();
        fixture.Intake.Deny(stage.Case(1), "CONSENT_NOT_GRANTED");
        var session = (await Open(stage, convened)).Session;
        Assert.Equal([(ItemState.Removed, "CONSENT_NOT_GRANTED"), (ItemState.Open, "")], session.Items.Select(i => (i.State, i.Reason)));
        Assert.All(session.Invitations, i => Assert.DoesNotContain(stage.Case(1), i.Cases));
        var said = (await fixture.Said(session.Name))[^1].As<CaseUnscheduled>();
        Assert.Equal((stage.Case(1), "CONSENT_NOT_GRANTED"), (said.Case, said.Reason));
        // The patient's word stands between this case and another agenda: it waits for Intake to say it is ready again.
        Assert.Equal(0, (await stage.Place(Stage.Start.AddMinutes(1))).StillWaiting);
    }

    [Fact]
    public async Task A_slow_Intake_is_no_answer_and_nothing_changes_until_the_item_is_given_up()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened();
        fixture.Intake.Answers[stage.Case(2)] = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new BeginDiscussionResponse { Allowed = true };
        };
        var refused = await Refused.With(StatusCode.Unavailable, "INTAKE_UNREACHABLE", () => Open(stage, convened));
        Assert.NotNull(refused.Detail<Google.Rpc.RetryInfo>());
        Assert.Equal(convened, await stage.Get(convened.Name));

        var given = (await Open(stage, convened, stage.Case(2))).Session;
        Assert.Equal(SessionState.Open, given.State);
        Assert.Equal((ItemState.Removed, "GIVEN_UP"), (given.Items[1].State, given.Items[1].Reason));
        var waiting = await Waiting(stage);
        Assert.Equal(stage.Case(2), Assert.Single(waiting.Cases).Case);
    }

    [Fact]
    public async Task An_Intake_that_fails_is_no_answer_either()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened(1);
        fixture.Intake.Answers[stage.Case(1)] = _ => throw new RpcException(new Status(StatusCode.PermissionDenied, "no"));
        await Refused.With(StatusCode.Unavailable, "INTAKE_UNREACHABLE", () => Open(stage, convened));
        Assert.Equal(convened, await stage.Get(convened.Name));
    }

    [Fact]
    public async Task A_session_entered_from_paper_asks_for_the_consent_as_of_its_start()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened(1);
        await Open(stage, convened, Stage.Start.AddDays(3));
        Assert.Equal(Stage.Start, Assert.Single(fixture.Intake.AskedFor(convened.Name)).Instant.ToDateTimeOffset());
    }

    [Fact]
    public async Task Intake_is_told_who_will_be_there_and_says_who_leaves()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened(1);
        fixture.Intake.Answers[stage.Case(1)] = _ => Task.FromResult(new BeginDiscussionResponse
        {
            Allowed = true, CategoriesNotInformed = { ParticipantCategory.Expert }, ExcludedPeople = { stage.Pharmacist },
            ExcludedTopics = { "TRAVAIL" }, PatientParticipation = PatientParticipation.Part,
        });
        var response = await stage.Client.OpenSessionAsync(
            new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = convened.Name, Etag = convened.Etag }, stage.AsCoordinator(Stage.Start));
        var asked = Assert.Single(fixture.Intake.AskedFor(convened.Name));
        Assert.Equal([ParticipantCategory.HealthProfessional, ParticipantCategory.Expert], asked.Categories);
        string[] everybody = [stage.Pharmacist, stage.Physician, stage.Requester, stage.Referent, stage.Expert];
        Assert.Equal(everybody.Order(StringComparer.Ordinal), asked.People);
        Assert.Equal(
            new ItemNotice { Case = stage.Case(1), LeavingPeople = { stage.Pharmacist, stage.Expert }, ExcludedTopics = { "TRAVAIL" }, PatientWishesToAttend = true },
            Assert.Single(response.Notices));
    }

    [Fact]
    public async Task A_case_that_nobody_invited_may_hear_waits_again()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened(1);
        fixture.Intake.Deny(stage.Case(1), "NOBODY_MAY_HEAR");
        await Open(stage, convened);
        Assert.Equal(stage.Case(1), Assert.Single((await Waiting(stage)).Cases).Case);
    }

    [Fact]
    public async Task Too_early_Intake_is_not_even_asked()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened(1);
        await Refused.With(StatusCode.FailedPrecondition, "TOO_EARLY", () => Open(stage, convened, Stage.Start.AddDays(-1)));
        Assert.Empty(fixture.Intake.AskedFor(convened.Name));
    }

    [Fact]
    public async Task A_convention_that_ended_meanwhile_sends_nobody_home_and_is_said()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened(1);
        await Directory.Convention(fixture, stage.Host, new DateOnly(2025, 1, 1), new DateOnly(2026, 8, 31));
        var opened = (await Open(stage, convened)).Session;
        Assert.Equal(SessionState.Open, opened.State);
        Assert.Equal([DateWarnings.NoConvention], opened.Warnings.Except(convened.Warnings, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_later_attempt_is_another_question()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened(1);
        fixture.Intake.Answers[stage.Case(1)] = _ => throw new RpcException(new Status(StatusCode.Internal, "no"));
        await Refused.With(StatusCode.Unavailable, "INTAKE_UNREACHABLE", () => Open(stage, convened));
        fixture.Intake.Answers.TryRemove(stage.Case(1), out _);
        await Open(stage, convened, Stage.Start.AddSeconds(5));
        var asked = fixture.Intake.AskedFor(convened.Name).Select(r => r.RequestId).ToList();
        Assert.Equal(asked.Count, asked.Distinct().Count());
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task A_withdrawal_that_lands_while_Intake_thinks_makes_the_opening_start_over()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened();
        fixture.Intake.Answers[stage.Case(1)] = async _ =>
        {
            await fixture.Deliver("intake", new Intervision.Intake.Events.V1.ConsentWithdrawn { Case = stage.Case(2) }, stage.Case(2), Stage.Start);
            return new BeginDiscussionResponse { Allowed = true };
        };
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => Open(stage, convened));
        var now = await stage.Get(convened.Name);
        Assert.Equal((SessionState.Convened, ItemState.Removed), (now.State, now.Items[1].State));
    }

    private static AsyncUnaryCall<OpenSessionResponse> Open(Stage stage, Session session, params string[] giveUp) =>
        stage.Client.OpenSessionAsync(
            new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, GiveUpCases = { giveUp } }, stage.AsCoordinator(Stage.Start));

    private static AsyncUnaryCall<OpenSessionResponse> Open(Stage stage, Session session, DateTimeOffset now) =>
        stage.Client.OpenSessionAsync(
            new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, stage.AsCoordinator(now));

    private static async Task<ListWaitingCasesResponse> Waiting(Stage stage) =>
        await stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { Pole = stage.Pole }, stage.AsCoordinator(Stage.Start));
}

/// <summary>Nobody listens where Intake should be.</summary>
public sealed class UnreachableIntakeTests(UnreachableIntakeTests.WithoutIntake fixture) : IClassFixture<UnreachableIntakeTests.WithoutIntake>
{
    [Fact]
    public async Task Nothing_opens_and_nothing_changes_unless_every_item_is_given_up()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened();
        var request = new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = convened.Name, Etag = convened.Etag };
        await Refused.With(StatusCode.Unavailable, "INTAKE_UNREACHABLE", () => stage.Client.OpenSessionAsync(request, stage.AsCoordinator(Stage.Start)));
        Assert.Equal(convened, await stage.Get(convened.Name));

        // Only successes are stored: the request id is still free.
        request.GiveUpCases.Add([stage.Case(1), stage.Case(2)]);
        var opened = (await stage.Client.OpenSessionAsync(request, stage.AsCoordinator(Stage.Start))).Session;
        Assert.Equal(SessionState.Open, opened.State);
        Assert.All(opened.Items, i => Assert.Equal((ItemState.Removed, "GIVEN_UP"), (i.State, i.Reason)));
    }

    public sealed class WithoutIntake : SchedulingFixture
    {
        protected override bool IntakeRuns => false;
    }
}
