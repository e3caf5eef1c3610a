using Grpc.Core;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Incident = Intervision.Scheduling.V1.ProposeRepairRequest.Types.Incident;

namespace Intervision.Scheduling.Tests.Proposals;

/// <summary>Proposals over gRPC: what they name can be called, and nothing changes before.</summary>
public sealed class PlanningServiceTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    private PlanningService.PlanningServiceClient Planning => fixture.Client<PlanningService.PlanningServiceClient>();

    [Fact]
    public async Task A_plan_is_the_same_again_and_changes_nothing()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Plan();
        for (var n = 1; n <= 5; n++)
        {
            await stage.Ready(n);
        }

        var before = await State();
        var plan = await Plan(stage);
        Assert.Equal(5, plan.Placements.Count + plan.Unplaced.Count);
        Assert.NotEmpty(plan.Placements);
        Assert.Equal(plan, await Plan(stage));
        Assert.Equal(plan, await Planning.ProposePlanAsync(Request(stage), stage.As(Tokens.Referent(stage.Referent, stage.Pole), Stage.Summer)));
        Assert.Equal(before, await State());
        foreach (var placed in plan.Placements.Where(p => p.Session.Length > 0))
        {
            await fixture.Client<AgendaService.AgendaServiceClient>().PlaceCaseAsync(
                new PlaceCaseRequest { RequestId = Stage.NewRequest(), Name = placed.Session, Etag = (await stage.Get(placed.Session)).Etag, Case = placed.Case },
                stage.AsCoordinator(Stage.Summer));
        }
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_its_reason()
    {
        var stage = await new Stage(fixture).Set();
        await Refuse("DATE_INVALID", r => r.FromDate = null);
        await Refuse("DATE_IN_THE_PAST", r => r.FromDate = new DateOnly(2026, 7, 31).ToProto());
        await Refuse("PERIOD_ENDS_BEFORE_START", r => r.ToDate = new DateOnly(2026, 8, 31).ToProto());
        await Refuse("PERIOD_TOO_LONG", r => r.ToDate = new DateOnly(2028, 12, 31).ToProto());
        await Refuse("ITERATIONS_OUT_OF_RANGE", r => r.Iterations = 5_000_001);
        await Refused.With(StatusCode.FailedPrecondition, "UNKNOWN_POLE", () => Planning.ProposePlanAsync(Request(stage, "poles/NOWHERE"), stage.AsCoordinator(Stage.Summer)));
        var session = await stage.Planned();
        await Refused.With(StatusCode.InvalidArgument, "INCIDENT_MISSING", () => Repair(stage, session.Name, Incident.Unspecified));
        await Refused.With(StatusCode.InvalidArgument, "PERSON_MISSING", () => Repair(stage, session.Name, Incident.PersonDeclined));
        await Refused.With(StatusCode.InvalidArgument, "PERSON_NOT_CONCERNED", () => Repair(stage, session.Name, Incident.PersonDeclined, "professionals/Nobody"));
        await Refused.With(StatusCode.FailedPrecondition, "NO_EXPERT_NAMED", () => Repair(stage, session.Name, Incident.ExpertDeclined));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Repair(stage, "cases/SIT-0000-NONE", Incident.CaseUrgent));

        Task Refuse(string reason, Action<ProposePlanRequest> change)
        {
            var request = Request(stage);
            change(request);
            return Refused.With(StatusCode.InvalidArgument, reason, () => Planning.ProposePlanAsync(request, stage.AsCoordinator(Stage.Summer)));
        }
    }

    [Fact]
    public async Task An_expert_who_declines_is_replaced_by_the_verb_that_is_named()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        var second = $"{stage.Expert}b";
        await Directory.Person(fixture, second, expert: true, activities: Directory.Activity(stage.Host));
        var before = await State();
        var best = (await Repair(stage, session.Name, Incident.ExpertDeclined)).Alternatives[0];
        Assert.Equal(before, await State());
        var step = Assert.Single(best.Steps);
        Assert.Equal(("SetExpert", second, session.Etag), (step.Verb, step.Professional, step.Etag));
        Assert.Equal((stage.Expert, second), (Assert.Single(best.PeopleLost), Assert.Single(best.PeopleGained)));
        var after = (await fixture.Seasons.SetExpertAsync(
            new SetExpertRequest { RequestId = Stage.NewRequest(), Name = step.Session, Etag = step.Etag, Expert = step.Professional }, stage.AsCoordinator(Stage.Start.AddDays(-6)))).Session;
        Assert.Equal(second, after.Expert);
    }

    [Fact]
    public async Task A_lost_room_is_another_room_or_another_day_and_both_can_be_had()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Planned();
        var room = (await fixture.Seasons.PutRoomAsync(
            new PutRoomRequest { RequestId = Stage.NewRequest(), Room = new Room { Host = stage.Host, DisplayName = "Salle", Seats = 12 } }, stage.AsCoordinator(Stage.Summer))).Room;
        var ways = (await Repair(stage, session.Name, Incident.RoomLost)).Alternatives;
        Assert.Equal(("AssignRoom", room.Name), (ways[0].Steps[0].Verb, ways[0].Steps[0].Room));
        Assert.InRange(ways.Count, 2, 5);
        var move = ways.First(w => w.Steps[0].Verb == "MoveSession").Steps[0];
        var moved = (await fixture.Seasons.MoveSessionAsync(
            new MoveSessionRequest { RequestId = Stage.NewRequest(), Name = move.Session, Etag = move.Etag, Date = move.Date, StartTime = move.StartTime }, stage.AsCoordinator(Stage.Summer))).Session;
        Assert.Equal(move.Date, moved.Date);
    }

    [Fact]
    public async Task A_case_that_becomes_urgent_is_offered_a_place_and_strangers_learn_nothing()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Plan();
        await stage.Ready(1, urgent: true);
        var step = (await Repair(stage, stage.Case(1), Incident.CaseUrgent)).Alternatives[0].Steps[0];
        Assert.Equal("PlaceCase", step.Verb);
        var placed = await fixture.Client<AgendaService.AgendaServiceClient>().PlaceCaseAsync(
            new PlaceCaseRequest { RequestId = Stage.NewRequest(), Name = step.Session, Etag = step.Etag, Case = step.Case, Reason = step.Reason }, stage.AsCoordinator(Stage.Summer));
        Assert.Contains(placed.Session.Items, i => i.Case == stage.Case(1));
        var stranger = stage.As(Tokens.Referent("professionals/Stranger", "poles/OTHER"), Stage.Summer);
        foreach (var name in new[] { stage.Case(1), "cases/SIT-0000-NONE", placed.Session.Name })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () =>
                Planning.ProposeRepairAsync(new ProposeRepairRequest { Name = name, Incident = Incident.CaseUrgent }, stranger));
        }
    }

    private AsyncUnaryCall<ProposePlanResponse> Plan(Stage stage) => Planning.ProposePlanAsync(Request(stage), stage.AsCoordinator(Stage.Summer));

    private static ProposePlanRequest Request(Stage stage, string? pole = null) => new()
    {
        Poles = { pole ?? stage.Pole }, FromDate = new DateOnly(2026, 9, 1).ToProto(), ToDate = new DateOnly(2026, 12, 31).ToProto(), Seed = 3, Iterations = 20_000,
    };

    private AsyncUnaryCall<ProposeRepairResponse> Repair(Stage stage, string name, Incident incident, string professional = "") =>
        Planning.ProposeRepairAsync(new ProposeRepairRequest { Name = name, Incident = incident, Professional = professional }, stage.AsCoordinator(Stage.Summer));

    /// <summary>Versions, agendas and what was said, of everything this class has made; its tests run one after the other.</summary>
    private Task<string> State() =>
        fixture.AsOwner<string>(
            "select (select sum(version) from session)::text || ' ' || (select count(*) from agenda_item) || ' ' || (select count(*) from outbox) || ' ' || (select count(*) from ready_case where waiting)");
}
