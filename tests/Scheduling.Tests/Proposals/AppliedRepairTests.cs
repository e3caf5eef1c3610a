using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using static Intervision.Scheduling.V1.ProposeRepairResponse.Types;
using Incident = Intervision.Scheduling.V1.ProposeRepairRequest.Types.Incident;

namespace Intervision.Scheduling.Tests.Proposals;

/// <summary>
/// Whatever the season, the sessions' states and what happened: any alternative offered can be applied as it is, changes what it lists
/// and nothing else, and leaves DOMAIN's invariants true.
/// </summary>
public sealed class AppliedRepairTests(SchedulingFixture fixture) : RepairPlay(fixture), IClassFixture<SchedulingFixture>
{
    [Fact]
    public void Any_alternative_can_be_applied_and_changes_only_what_it_lists() =>
        Prop.ForAll(Gen.Choose(0, 999).ListOf(9).ToArbitrary(), dice => Play([.. dice]).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public async Task A_proposal_that_has_grown_old_is_refused_whole()
    {
        var stage = await new Stage(Fixture).Set();
        var session = await stage.Planned();
        var way = (await Propose(stage, session.Name, Incident.RoomLost)).Alternatives.First(w => w.Steps[0].Verb == "MoveSession");
        await stage.Agenda().TakeCaseOffAsync(
            new TakeCaseOffRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Case = stage.Case(1), Reason = "REQUESTER_ASKED" }, stage.AsCoordinator(Now));
        var before = await Seen(stage);
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => Apply(stage, way));
        Assert.Equal(before.Sessions, (await Seen(stage)).Sessions);
    }

    [Fact]
    public async Task Steps_are_those_of_this_service_and_the_whole_fails_with_the_last()
    {
        var stage = await new Stage(Fixture).Set();
        var session = await stage.Convened();
        var before = await Seen(stage);
        await Refused.With(StatusCode.InvalidArgument, "STEPS_MISSING", () => Apply(stage, new Alternative()));
        await Refused.With(StatusCode.InvalidArgument, "STEP_UNKNOWN", () => Apply(stage, Doing(new Step { Verb = "CertifyAttendance", Session = session.Name, Etag = session.Etag })));
        await Refused.With(StatusCode.InvalidArgument, "TOO_MANY", () => Apply(stage, Doing([.. Enumerable.Repeat(new Step { Verb = "CancelSession", Session = session.Name, Etag = session.Etag }, 51)])));
        await Refused.With(StatusCode.InvalidArgument, "TEXT_TOO_LONG", () => Apply(stage, Doing(new Step { Verb = "SetExpert", Session = session.Name, Etag = session.Etag }), new string('x', 501)));
        await Refused.With(StatusCode.FailedPrecondition, "EXPERT_REQUIRED", () => Apply(stage, Doing(
            new Step { Verb = "SetFacilitator", Session = session.Name, Etag = session.Etag, Professional = stage.Physician },
            new Step { Verb = "SetExpert", Session = session.Name, Etag = session.Etag })));
        Assert.Equal(before.Sessions, (await Seen(stage)).Sessions);

        static Alternative Doing(params Step[] steps) => new() { Steps = { steps } };
    }
}
