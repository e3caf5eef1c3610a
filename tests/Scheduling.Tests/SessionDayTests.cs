using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Function = Intervision.Scheduling.V1.PatientPresence.Types.Function;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests;

/// <summary>The day as it goes: one situation at a time, the patient there for a part, who leaves.</summary>
public sealed class SessionDayTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Items_start_in_any_order_one_at_a_time()
    {
        var stage = await new Stage(fixture).Set();
        var session = (await stage.StartItem(await stage.Opened(), 2)).Session;
        Assert.Equal([null, Stage.Start.AddMinutes(1)], session.Items.Select(i => i.StartTime?.ToDateTimeOffset()));
        await Refuses("ITEM_RUNNING", stage.StartItem(session, 2));
        await Refuses("OTHER_ITEM_RUNNING", stage.StartItem(session, 1));
        await Refuses("OTHER_ITEM_RUNNING", Close(stage, session, 1));
        session = (await stage.StartItem(session, 1, putBack: stage.Case(2), now: Stage.Start.AddMinutes(3))).Session;
        Assert.Equal([Stage.Start.AddMinutes(3), null], session.Items.Select(i => i.StartTime?.ToDateTimeOffset()));
        session = (await Close(stage, session, 1)).Session;
        session = (await Close(stage, session, 2)).Session;
        Assert.All(session.Items, i => Assert.Equal(ItemState.Discussed, i.State));
        await Refuses("ITEM_NOT_OPEN", stage.StartItem(session, 1, now: Stage.Start.AddMinutes(50)));
    }

    [Fact]
    public async Task Starting_asks_Intake_and_tells_what_the_table_must_know()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened();
        fixture.Intake.Answers[stage.Case(1)] = _ => Task.FromResult(new BeginDiscussionResponse
        {
            Allowed = true, ExcludedPeople = { stage.Pharmacist }, ExcludedTopics = { "VIH" }, PatientParticipation = PatientParticipation.All,
        });
        var started = await stage.StartItem(opened, 1);
        Assert.Equal(
            new ItemNotice { Case = stage.Case(1), LeavingPeople = { stage.Pharmacist }, ExcludedTopics = { "VIH" }, PatientWishesToAttend = true }, started.Notice);

        fixture.Intake.Answers[stage.Case(2)] = _ => throw new RpcException(new Status(StatusCode.Internal, "no"));
        var closed = (await Close(stage, started.Session, 1)).Session;
        var refused = await Assert.ThrowsAsync<RpcException>(() => stage.StartItem(closed, 2, now: Stage.Start.AddMinutes(31)));
        Assert.Equal((StatusCode.Unavailable, "INTAKE_UNREACHABLE"), (refused.StatusCode, refused.Reason()));
        Assert.Equal(closed, await stage.Get(closed.Name));

        fixture.Intake.Deny(stage.Case(2), "CONSENT_NOT_GRANTED");
        var removed = await stage.StartItem(closed, 2, now: Stage.Start.AddMinutes(31));
        Assert.Null(removed.Notice);
        Assert.Equal((ItemState.Removed, "CONSENT_NOT_GRANTED"), (removed.Session.Items[1].State, removed.Session.Items[1].Reason));
        Assert.Equal("CONSENT_NOT_GRANTED", (await fixture.Said(closed.Name))[^1].As<CaseUnscheduled>().Reason);
    }

    [Fact]
    public async Task A_session_entered_afterwards_is_closed_without_being_started()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(1);
        await Refuses("SESSION_PAST", stage.StartItem(opened, 1, now: Stage.Start.AddDays(1)));
        Assert.Equal(ItemState.Discussed, (await Close(stage, opened, 1, Stage.Start.AddDays(1))).Session.Items[0].State);
    }

    /// <summary>The agreement as of the session's instant (DESIGN §7.12), whatever came between the day and its entry.</summary>
    [Fact]
    public async Task A_consent_withdrawn_between_the_day_and_its_entry_from_paper_held_on_the_day()
    {
        var stage = await new Stage(fixture).Set();
        var convened = await stage.Convened(2);
        var withdrawn = Stage.Start.AddDays(2);
        AnswersAsOf(stage.Case(1), withdrawn);
        AnswersAsOf(stage.Case(2), Stage.Start.AddMinutes(-30));
        await fixture.Deliver("intake", new ConsentWithdrawn { Case = stage.Case(1) }, stage.Case(1), withdrawn);
        var opened = (await stage.Client.OpenSessionAsync(
            new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = convened.Name, Etag = (await stage.Get(convened.Name)).Etag }, stage.AsCoordinator(Stage.Start.AddDays(3)))).Session;
        // What was no agreement on the day is none on paper either.
        Assert.Equal([ItemState.Open, ItemState.Removed], opened.Items.Select(i => i.State));
        var closed = (await Close(stage, opened, 1, Stage.Start.AddDays(3))).Session;
        Assert.Equal(ItemState.Discussed, closed.Items[0].State);
        Assert.All(fixture.Intake.AskedFor(convened.Name), a => Assert.Equal(Stage.Start, a.Instant.ToDateTimeOffset()));
        // It was for that day only: the case does not wait for another.
        Assert.Empty((await stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { Pole = stage.Pole }, stage.AsCoordinator(Stage.Start.AddDays(3)))).Cases);

        void AnswersAsOf(string name, DateTimeOffset end) => fixture.Intake.Answers[name] = _ =>
        {
            var instant = fixture.Intake.Asked.Last(a => a.Request.Name == name).Request.Instant.ToDateTimeOffset();
            return Task.FromResult(new BeginDiscussionResponse { Allowed = instant < end, Reason = instant < end ? "" : "CONSENT_NOT_GRANTED" });
        };
    }

    [Fact]
    public async Task On_the_day_itself_a_withdrawal_still_stops_the_item()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(1);
        var started = (await stage.StartItem(opened, 1)).Session;
        await fixture.Deliver("intake", new ConsentWithdrawn { Case = stage.Case(1) }, stage.Case(1), Stage.Start.AddHours(10));
        Assert.Equal(ItemState.Removed, Assert.Single((await stage.Get(started.Name)).Items).State);
    }

    [Fact]
    public async Task Whom_the_patient_excluded_is_not_among_those_present_and_only_the_answer_names_them()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(1);
        stage.Excludes(1, stage.Expert);
        var refused = await Assert.ThrowsAsync<RpcException>(() => Close(stage, opened, 1));
        Assert.Equal((StatusCode.FailedPrecondition, "EXCLUDED_PERSON_PRESENT"), (refused.StatusCode, refused.Reason()));
        Assert.Equal(stage.Expert, refused.Detail<Google.Rpc.PreconditionFailure>()!.Violations.Single().Subject);
        Assert.DoesNotContain(stage.Expert, refused.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(stage.Expert, refused.FrenchMessage(), StringComparison.Ordinal);
        Assert.Equal(opened, await stage.Get(opened.Name));
        var without = stage.Discussing(opened, 1);
        without.Present.Remove(stage.Expert);
        Assert.Equal(ItemState.Discussed, (await stage.Client.CloseItemAsync(without, stage.AsCoordinator(Stage.Start.AddMinutes(30)))).Session.Items[0].State);
    }

    [Fact]
    public async Task Observers_leave_when_the_patient_comes_and_only_then()
    {
        var stage = await new Stage(fixture).Set(minutes: 60);
        stage.PatientWishes(1);
        var opened = await stage.Opened(2);
        var visitor = await Visitor(stage);
        var with = await stage.PatientPresent(opened, 1, SessionDayVerbs.Patient(5, 15), SessionDayVerbs.Patient(5, 25, Function.TrustedPerson));
        Assert.Equal(2, with.Items[0].PatientPresences.Count);
        var closing = stage.Discussing(with, 1);
        closing.Present.Add(visitor);
        await Refuses("OBSERVER_WITH_PATIENT", stage.Client.CloseItemAsync(closing, stage.AsCoordinator(Stage.Start.AddMinutes(30))).ResponseAsync);
        var closed = (await Close(stage, with, 1)).Session;
        // The other situation has no patient: in a closed programme the visitor is only pointed at (S11).
        closing = stage.Discussing(closed, 2);
        closing.Present.Add(visitor);
        Assert.Equal([visitor], (await stage.Client.CloseItemAsync(closing, stage.AsCoordinator(Stage.Start.AddMinutes(31)))).NotTied);
    }

    [Fact]
    public async Task A_patient_who_does_not_wish_to_come_is_not_recorded_and_names_are_impossible()
    {
        var stage = await new Stage(fixture).Set();
        stage.PatientWishes(1, PatientParticipation.None);
        var opened = await stage.Opened(1);
        await Refuses("PATIENT_NOT_EXPECTED", stage.PatientPresent(opened, 1, SessionDayVerbs.Patient(5)));
        // The wish said since counts once the item is started.
        stage.PatientWishes(1);
        var started = (await stage.StartItem(opened, 1)).Session;
        var with = await stage.PatientPresent(started, 1, SessionDayVerbs.Patient(5));
        Assert.Equal(SessionDayVerbs.Patient(5), Assert.Single(with.Items[0].PatientPresences));
        Assert.Empty((await stage.PatientPresent(with, 1)).Items[0].PatientPresences);
        var invited = (await stage.Client.GetSessionAsync(new GetSessionRequest { Name = opened.Name }, Tokens.As(Tokens.Professional(stage.Requester), Stage.Start))).Session;
        Assert.Null(Assert.Single(invited.Items).StartTime);
        Assert.DoesNotContain(PatientPresence.Descriptor.Fields.InDeclarationOrder(), f => f.FieldType == Google.Protobuf.Reflection.FieldType.String);
    }

    public static TheoryData<string, PatientPresence[]> Slips => new()
    {
        { "FUNCTION_MISSING", [SessionDayVerbs.Patient(5, 10, Function.Unspecified)] },
        { "TIME_MISSING", [new PatientPresence { Function = Function.Patient }] },
        { "LEFT_BEFORE_COMING", [SessionDayVerbs.Patient(10, 10)] },
        { "TIME_OUTSIDE_SESSION", [SessionDayVerbs.Patient(-70, 10)] },
        { "TIME_IN_FUTURE", [SessionDayVerbs.Patient(20, 31)] },
        { "PRESENCES_OVERLAP", [SessionDayVerbs.Patient(5, 15), SessionDayVerbs.Patient(14, 20)] },
        { "PRESENCES_OVERLAP", [SessionDayVerbs.Patient(5), SessionDayVerbs.Patient(14, 20)] },
        { "PRESENCE_COUNT_INVALID", [.. Enumerable.Range(0, 11).Select(i => SessionDayVerbs.Patient(i, i + 1))] },
    };

    [Theory]
    [MemberData(nameof(Slips))]
    public async Task Presences_must_fit(string reason, PatientPresence[] presences)
    {
        var stage = await new Stage(fixture).Set();
        stage.PatientWishes(1);
        await Refuses(reason, stage.PatientPresent(await stage.Opened(1), 1, presences), StatusCode.InvalidArgument);
    }

    private static async Task<CloseItemResponse> Close(Stage stage, Session session, int n, DateTimeOffset? now = null) =>
        await stage.Client.CloseItemAsync(stage.Discussing(session, n), stage.AsCoordinator(now ?? Stage.Start.AddMinutes(30)));

    private async Task<string> Visitor(Stage stage)
    {
        var name = $"professionals/V{Guid.CreateVersion7():N}";
        await Directory.Person(fixture, name, activities: Directory.Activity(stage.Host));
        return name;
    }

    private static async Task Refuses<T>(string reason, Task<T> call, StatusCode code = StatusCode.FailedPrecondition)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal((code, reason), (refused.StatusCode, refused.Reason()));
        Assert.False(string.IsNullOrWhiteSpace(refused.FrenchMessage()));
    }
}
