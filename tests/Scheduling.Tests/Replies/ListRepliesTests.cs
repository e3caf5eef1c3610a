using Grpc.Core;
using Intervision.Scheduling.Replies;
using Intervision.Scheduling.Tests.Sessions;
using Intervision.Scheduling.V1;
using Intervision.Tests.Support;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Replies;

/// <summary>What the coordination sees of the answers.</summary>
public sealed class ListRepliesTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Counts_tables_and_who_must_be_told_otherwise()
    {
        var stage = await new Stage(fixture).Set();
        var (session, answers) = (await stage.Convened(), new Answering(stage));
        await answers.Says(stage.Referent, session.Name, Answer.Yes, AttendanceMode.InPerson);
        await answers.Says(stage.Requester, session.Name, Answer.Yes, AttendanceMode.Video);
        await answers.Says(stage.Physician, session.Name, Answer.Maybe, AttendanceMode.InPerson);
        var list = await answers.List(session.Name);
        Assert.Equal(new ListRepliesResponse.Types.Counts { Yes = 2, Maybe = 1, None = 2, InPerson = 1, Video = 1 }, list.Counts);
        Assert.Equal([stage.Pharmacist], list.Replies.Where(r => !r.Reachable).Select(r => r.Professional));
        Assert.Equal(
            [(stage.Case(1), 1, 5, 2, 1, 5, 8), (stage.Case(2), 2, 5, 2, 1, 5, 8)],
            list.Items.Select(i => (i.Case, i.Position, i.Invited, i.Coming, i.Maybe, i.TargetMinimum, i.TargetMaximum)));
        Assert.Empty(list.Warnings);
        Assert.Equal(list, await answers.List(session.Name, Tokens.Referent("professionals/R", stage.Pole)));
        Assert.Equal(list, await answers.List(session.Name, Tokens.Professional(stage.Referent)));
    }

    [Fact]
    public async Task The_refusal_of_facilitator_or_expert_is_a_warning_of_the_session_while_it_holds()
    {
        var stage = await new Stage(fixture).Set();
        var (session, answers) = (await stage.Convened(), new Answering(stage));
        await answers.Says(stage.Requester, session.Name, Answer.No);
        Assert.Equal(session.Warnings, (await stage.Get(session.Name)).Warnings);
        await answers.Says(stage.Expert, session.Name, Answer.No);
        await answers.Says(stage.Referent, session.Name, Answer.No);
        string[] declined = ["L'animateur a décliné.", "L'expert a décliné."];
        Assert.Equal(declined, (await answers.List(session.Name)).Warnings);
        Assert.Equal([.. session.Warnings, .. declined], (await stage.Get(session.Name)).Warnings);
        await answers.Says(stage.Expert, session.Name, Answer.Yes, AttendanceMode.Video, Answering.Now.AddHours(1));
        Assert.Equal([.. session.Warnings, declined[0]], (await stage.Get(session.Name)).Warnings);
        await answers.Move(session.Name, 7);
        Assert.Equal(session.Warnings, (await stage.Get(session.Name)).Warnings);
    }

    [Fact]
    public async Task Pages_are_of_one_session_and_one_reader()
    {
        var stage = await new Stage(fixture).Set();
        var (session, answers) = (await stage.Convened(), new Answering(stage));
        var (seen, token) = (new List<string>(), "");
        do
        {
            var page = await answers.Client.ListRepliesAsync(new ListRepliesRequest { Session = session.Name, PageSize = 2, PageToken = token }, stage.AsCoordinator(Answering.Now));
            seen.AddRange(page.Replies.Select(r => r.Professional));
            token = page.NextPageToken;
            Assert.Equal(5, page.Counts.None);
        }
        while (token.Length > 0);
        Assert.Equal((await answers.List(session.Name)).Replies.Select(r => r.Professional), seen);
        await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => answers.Client.ListRepliesAsync(
            new ListRepliesRequest { Session = session.Name, PageToken = "x" }, stage.AsCoordinator(Answering.Now)));
    }

    [Fact]
    public async Task An_invited_person_sees_no_other_s_answer()
    {
        var stage = await new Stage(fixture).Set();
        var (session, answers) = (await stage.Convened(), new Answering(stage));
        foreach (var who in new[] { Tokens.Professional(stage.Requester), Tokens.Professional("professionals/Stranger"), Tokens.HostCoordinator("h", "poles/E"), Tokens.Service("intake"), Tokens.Of("auditor", "a") })
        {
            foreach (var name in new[] { session.Name, $"sessions/{Guid.CreateVersion7()}", "nonsense" })
            {
                await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => answers.Client.ListRepliesAsync(new ListRepliesRequest { Session = name }, Tokens.As(who, Answering.Now)));
            }
        }
    }

    [Fact]
    public void A_table_counts_those_of_the_whole_session_and_of_the_case_but_no_observer()
    {
        var meeting = A.Meeting(SessionState.Convened, ItemState.Scheduled, ItemState.Removed, ItemState.Scheduled) with
        {
            Invitations =
            [
                new Invitation { Professional = "F", Role = SessionRole.Facilitator }, new Invitation { Professional = "O", Role = SessionRole.Observer },
                new Invitation { Professional = "Q", Role = SessionRole.Requester, Cases = { A.Case(1) } }, new Invitation { Professional = "B", Role = SessionRole.Actor, Cases = { A.Case(1), A.Case(3) } },
            ],
        };
        Reply[] replies = [new() { Professional = "F", Answer = Answer.Yes }, new() { Professional = "O", Answer = Answer.Yes }, new() { Professional = "B", Answer = Answer.Maybe }, new() { Professional = "Q", Answer = Answer.No }];
        Assert.Equal([(1, 3, 1, 1), (3, 2, 1, 1)], ListReplies.ItemsOf(meeting, replies).Select(i => (i.Position, i.Invited, i.Coming, i.Maybe)));
    }
}
