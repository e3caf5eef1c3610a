using Grpc.Core;
using Intervision.Scheduling.Replies;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Modality = Intervision.Membership.V1.Modality;

namespace Intervision.Scheduling.Tests.Replies;

/// <summary>Answers given in the application, by the person or for the person.</summary>
public sealed class RespondTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task The_latest_answer_counts_whoever_gives_it()
    {
        var (stage, answers, session) = await Convened();
        var own = await answers.Says(stage.Requester, session.Name, Answer.Maybe, AttendanceMode.Video);
        Assert.Equal(
            (stage.Requester, SessionRole.Requester, Answer.Maybe, AttendanceMode.Video, ReplyChannel.Person, stage.Requester, true, Answering.Now.ToProto()),
            (own.Professional, own.Role, own.Answer, own.Mode, own.Channel, own.RecordedBy, own.Reachable, own.ReplyTime));
        var told = (await answers.Client.RespondAsync(
            Answering.Request(session.Name, Answer.No, AttendanceMode.Unspecified, stage.Requester),
            Tokens.As(Tokens.HostCoordinator("host@pole", stage.Pole), Answering.Now.AddHours(1)))).Reply;
        Assert.Equal((Answer.No, AttendanceMode.Unspecified, ReplyChannel.Coordination, "host@pole"), (told.Answer, told.Mode, told.Channel, told.RecordedBy));
        Assert.Equal(told, (await answers.List(session.Name)).Replies.Single(r => r.Professional == stage.Requester));
        Assert.Equal(session.Etag, (await stage.Get(session.Name)).Etag);
    }

    [Fact]
    public async Task Somebody_is_known_by_the_rpps_of_the_token_too()
    {
        var (stage, answers, session) = await Convened();
        var rpps = $"9970000{stage.Requester[^4..]}";
        await Directory.Person(fixture, stage.Requester, rpps: rpps, activities: Directory.Activity("organisations/1"));
        var reply = (await answers.Client.RespondAsync(Answering.Request(session.Name), Tokens.As(Tokens.Professional("psc:subject", rpps), Answering.Now))).Reply;
        Assert.Equal((stage.Requester, ReplyChannel.Person, stage.Requester), (reply.Professional, reply.Channel, reply.RecordedBy));
    }

    [Fact]
    public async Task The_same_request_is_answered_the_same_and_its_id_serves_no_other()
    {
        var (stage, answers, session) = await Convened();
        var request = Answering.Request(session.Name);
        var headers = Tokens.As(Tokens.Professional(stage.Physician), Answering.Now);
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => answers.Client.RespondAsync(request, headers).ResponseAsync));
        Assert.Single(all.Distinct());
        await answers.Says(stage.Physician, session.Name, Answer.No, now: Answering.Now.AddMinutes(1));
        Assert.Equal(all[0], await answers.Client.RespondAsync(request, headers));
        Assert.Equal(Answer.No, (await answers.List(session.Name)).Replies.Single(r => r.Professional == stage.Physician).Answer);
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => answers.Client.RespondAsync(
            new RespondRequest(request) { Mode = AttendanceMode.Video }, headers));
        await Refused.With(StatusCode.InvalidArgument, "REQUEST_ID_INVALID", () => answers.Client.RespondAsync(new RespondRequest(request) { RequestId = "once" }, headers));
    }

    [Fact]
    public async Task Everybody_may_answer_at_once()
    {
        var (stage, answers, session) = await Convened();
        string[] people = [stage.Referent, stage.Expert, stage.Requester, stage.Physician, stage.Pharmacist];
        await Task.WhenAll(people.SelectMany(p => Enumerable.Range(0, 4).Select(_ => answers.Says(p, session.Name, Answer.Yes, AttendanceMode.InPerson))));
        Assert.Equal(people.Length, (await answers.List(session.Name)).Counts.Yes);
    }

    [Fact]
    public async Task Who_is_not_invited_nor_organises_learns_nothing()
    {
        var (stage, answers, session) = await Convened();
        DevelopmentClaims[] strangers =
        [
            Tokens.Professional("professionals/Stranger"), Tokens.Referent("professionals/Elsewhere", "poles/ELSEWHERE"), Tokens.HostCoordinator("host@elsewhere", "poles/ELSEWHERE"),
            new("pole-without-role", [Roles.Professional]) { Poles = [stage.Pole] }, Tokens.Service("intake"), Tokens.Cpts("organisations/C1"), Tokens.Of(Roles.Auditor, "auditor@ars"),
        ];
        foreach (var who in strangers)
        {
            foreach (var (name, professional) in new[] { (session.Name, ""), (session.Name, stage.Requester), ($"sessions/{Guid.CreateVersion7()}", ""), ("nonsense", "") })
            {
                await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => answers.Client.RespondAsync(
                    Answering.Request(name, professional: professional), Tokens.As(who, Answering.Now)));
            }
        }

        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => answers.Client.RespondAsync(
            Answering.Request(session.Name, professional: stage.Physician), Tokens.As(Tokens.Professional(stage.Requester), Answering.Now)));
        var organiser = stage.AsCoordinator(Answering.Now);
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => answers.Client.RespondAsync(Answering.Request("sessions/none"), organiser));
        await Refused.With(StatusCode.InvalidArgument, "PROFESSIONAL_MISSING", () => answers.Client.RespondAsync(Answering.Request(session.Name), organiser));
        await Refused.With(StatusCode.FailedPrecondition, "NOT_INVITED", () => answers.Client.RespondAsync(Answering.Request(session.Name, professional: "professionals/Stranger"), organiser));
    }

    [Fact]
    public async Task There_is_a_time_to_answer()
    {
        var (stage, answers, session) = await Convened();
        await answers.Says(stage.Requester, session.Name, Answer.Yes, AttendanceMode.Video);
        await Says("CLOCK_BEFORE_LAST_CHANGE", session, Answering.Now.AddSeconds(-1));
        await Says("SESSION_OVER", session, Stage.Start.AddMinutes(60));
        await stage.Client.OpenSessionAsync(new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, stage.AsCoordinator(Stage.Start));
        await Says("STATE_FORBIDS", session, Stage.Start);
        Task Says(string reason, Session at, DateTimeOffset now) => Refused.With(StatusCode.FailedPrecondition, reason, () => answers.Client.RespondAsync(
            Answering.Request(at.Name), Tokens.As(Tokens.Professional(stage.Requester), now)));
    }

    [Theory]
    [InlineData(Modality.Hybrid, Answer.Yes, AttendanceMode.Video, "Video")]
    [InlineData(Modality.Hybrid, Answer.Maybe, AttendanceMode.InPerson, "InPerson")]
    [InlineData(Modality.Hybrid, Answer.No, AttendanceMode.Unspecified, "Unspecified")]
    [InlineData(Modality.Hybrid, Answer.No, AttendanceMode.Video, "MODE_WITH_NO")]
    [InlineData(Modality.Hybrid, Answer.Yes, AttendanceMode.Unspecified, "MODE_MISSING")]
    [InlineData(Modality.Hybrid, Answer.Yes, (AttendanceMode)9, "MODE_MISSING")]
    [InlineData(Modality.Hybrid, Answer.Unspecified, AttendanceMode.Video, "ANSWER_MISSING")]
    [InlineData(Modality.Hybrid, (Answer)9, AttendanceMode.Video, "ANSWER_MISSING")]
    [InlineData(Modality.InPerson, Answer.Yes, AttendanceMode.Unspecified, "InPerson")]
    [InlineData(Modality.InPerson, Answer.Yes, AttendanceMode.Video, "MODE_NOT_OFFERED")]
    [InlineData(Modality.InPerson, Answer.No, AttendanceMode.InPerson, "MODE_WITH_NO")]
    [InlineData(Modality.Video, Answer.Maybe, AttendanceMode.Unspecified, "Video")]
    [InlineData(Modality.Video, Answer.Maybe, AttendanceMode.Video, "Video")]
    [InlineData(Modality.Video, Answer.Maybe, AttendanceMode.InPerson, "MODE_NOT_OFFERED")]
    public void How_somebody_comes_is_said_where_there_is_a_choice(Modality modality, Answer answer, AttendanceMode mode, string expected)
    {
        string outcome;
        try
        {
            outcome = $"{Respond.ModeOf(modality, answer, mode)}";
        }
        catch (RuleBroken refused)
        {
            outcome = refused.Reason;
        }

        Assert.Equal(expected, outcome);
    }

    private async Task<(Stage Stage, Answering Answers, Session Session)> Convened()
    {
        var stage = await new Stage(fixture).Set();
        return (stage, new Answering(stage), await stage.Convened());
    }
}
