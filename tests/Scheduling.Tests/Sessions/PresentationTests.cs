using Grpc.Core;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Sessions;

/// <summary>New partners presented at a session.</summary>
public sealed class PresentationTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Theory]
    [InlineData(SessionState.Planned, "STATE_FORBIDS")]
    [InlineData(SessionState.Prepared, "STATE_FORBIDS")]
    [InlineData(SessionState.Convened, "STATE_FORBIDS")]
    [InlineData(SessionState.Open, null)]
    [InlineData(SessionState.Held, null)]
    [InlineData(SessionState.AttendanceCertified, "STATE_FORBIDS")]
    [InlineData(SessionState.Settled, "STATE_FORBIDS")]
    [InlineData(SessionState.Cancelled, "STATE_FORBIDS")]
    public void When(SessionState state, string? reason) =>
        Assert.Equal(reason, A.Reason(() => RecordPresentations.Decide(A.Meeting(state), ["organisations/1"])));

    [Fact]
    public void Only_those_not_said_before_are_said()
    {
        var meeting = A.Meeting(SessionState.Open) with { PresentedPartners = ["organisations/1"] };
        var decided = RecordPresentations.Decide(meeting, ["organisations/2", "organisations/1", "organisations/2"]);
        Assert.Equal(["organisations/1", "organisations/2"], decided.After.PresentedPartners);
        Assert.Equal(["organisations/2"], Assert.IsType<PartnersPresented>(Assert.Single(decided.Events)).Organisations);
        Assert.Empty(RecordPresentations.Decide(decided.After, ["organisations/1"]).Events);
    }

    [Fact]
    public async Task Presented_at_the_table_and_after()
    {
        var stage = await new Stage(fixture).Set();
        var session = await Record(stage, await stage.Held(), "organisations/590000014", "organisations/999");
        Assert.Equal(["organisations/590000014", "organisations/999"], session.PresentedPartners);
        var said = (await fixture.Said(session.Name))[^1].As<PartnersPresented>();
        Assert.Equal(
            new PartnersPresented
            {
                Session = session.Name, Programme = Directory.Addictions, Date = new DateOnly(2026, 9, 1).ToProto(),
                Organisations = { "organisations/590000014", "organisations/999" },
            },
            said);
        var events = (await fixture.Said(session.Name)).Count;
        Assert.Equal(session, await Record(stage, session, "organisations/999"));
        Assert.Equal(events, (await fixture.Said(session.Name)).Count);
    }

    [Theory]
    [InlineData("ORGANISATIONS_INVALID")]
    [InlineData("NAME_INVALID", "590000014")]
    [InlineData("NAME_INVALID", "organisations/")]
    [InlineData("NAME_INVALID", "organisations/1/2")]
    [InlineData("NAME_INVALID", "organisations/1", "poles/P01")]
    public async Task What_is_no_structure(string reason, params string[] organisations)
    {
        var stage = await new Stage(fixture).Set();
        var open = await stage.Opened();
        await Refused.With(StatusCode.InvalidArgument, reason, () => Call(stage, open, organisations));
        await Refused.With(
            StatusCode.InvalidArgument, "ORGANISATIONS_INVALID", () => Call(stage, open, [.. Enumerable.Range(0, 51).Select(i => $"organisations/{i}")]));
        Assert.Equal(open, await stage.Get(open.Name));
    }

    private static AsyncUnaryCall<RecordPresentationsResponse> Call(Stage stage, Session session, string[] organisations) =>
        stage.Client.RecordPresentationsAsync(
            new RecordPresentationsRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Organisations = { organisations } },
            stage.AsCoordinator(Stage.Start.AddHours(2)));

    private static async Task<Session> Record(Stage stage, Session session, params string[] organisations) =>
        (await Call(stage, session, organisations)).Session;
}
