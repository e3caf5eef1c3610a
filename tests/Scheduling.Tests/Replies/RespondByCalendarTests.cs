using Google.Protobuf;
using Grpc.Core;
using Intervision.Scheduling.Tests.Letters;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Replies;

/// <summary>Answers that calendars send, from the invitation that was mailed to the answer that is listed.</summary>
public sealed class RespondByCalendarTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task The_answer_to_the_mailed_invitation_is_that_person_s()
    {
        var (stage, answers, session) = await Convened();
        var response = await answers.Sends(await answers.Calendar(stage.Physician, "TENTATIVE"));
        Assert.Equal(
            (session.Name, stage.Physician, Answer.Maybe, AttendanceMode.Unspecified, ReplyChannel.Calendar, "services/mail", false),
            (response.Session, response.Reply.Professional, response.Reply.Answer, response.Reply.Mode, response.Reply.Channel, response.Reply.RecordedBy, response.Outdated));
        var counts = (await answers.List(session.Name)).Counts;
        Assert.Equal((0, 0, 1, 4), (counts.Yes, counts.No, counts.Maybe, counts.None));
    }

    [Theory]
    [InlineData(Roles.Coordinator)]
    [InlineData(Roles.Referent)]
    [InlineData(Roles.HostCoordinator)]
    [InlineData(Roles.Professional)]
    [InlineData(Roles.Service)]
    public async Task Those_the_contract_names_may_hand_it_in(string role)
    {
        var (stage, answers, _) = await Convened();
        var who = new DevelopmentClaims(role == Roles.Professional ? stage.Physician : "somebody@region", [role]) { Poles = [stage.Pole] };
        Assert.Equal(Answer.Yes, (await answers.Sends(await answers.Calendar(stage.Physician), who)).Reply.Answer);
    }

    [Fact]
    public async Task Nobody_else_may_whether_or_not_there_is_such_an_invitation()
    {
        var (stage, answers, _) = await Convened();
        var real = await answers.Calendar(stage.Physician);
        var madeUp = await answers.Calendar(stage.Physician, change: t => t.Replace("UID:", "UID:0", StringComparison.Ordinal));
        var elsewhere = await answers.Calendar(stage.Physician, change: t => t.Replace(t.Split("UID:")[1][..36], $"{Guid.CreateVersion7()}", StringComparison.Ordinal));
        foreach (var who in new[]
        {
            Tokens.Professional(stage.Requester), Tokens.Professional("professionals/Stranger"), Tokens.Referent("professionals/E", "poles/E"), Tokens.HostCoordinator("h", "poles/E"),
            Tokens.Cpts("organisations/C1"), Tokens.Of(Roles.Auditor, "auditor@ars"),
        })
        {
            foreach (var calendar in new[] { real, madeUp, elsewhere })
            {
                await Refuses(StatusCode.PermissionDenied, "PERMISSION_DENIED", answers, calendar, who);
            }
        }

        await Refuses(StatusCode.InvalidArgument, "INVITATION_UNKNOWN", answers, madeUp);
        await Refuses(StatusCode.InvalidArgument, "INVITATION_UNKNOWN", answers, elsewhere, stage.Coordinator);
    }

    [Fact]
    public async Task Handed_in_twice_late_or_after_a_better_answer_it_changes_nothing()
    {
        var (stage, answers, session) = await Convened();
        var (yes, no) = (await answers.Calendar(stage.Physician), await answers.Calendar(stage.Physician, "DECLINED", Answering.Now.AddMinutes(5)));
        var id = Stage.NewRequest();
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => answers.Sends(yes, requestId: id)));
        Assert.Single(all.Distinct());
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => answers.Client.RespondByCalendarAsync(
            new RespondByCalendarRequest { RequestId = id, Calendar = no }, Tokens.As(Tokens.Service("mail"), Answering.Now)));
        Assert.Equal(Answer.No, (await answers.Sends(no, now: Answering.Now.AddMinutes(5))).Reply.Answer);
        var late = await answers.Sends(yes, now: Answering.Now.AddMinutes(6));
        Assert.Equal((true, Answer.No), (late.Outdated, late.Reply.Answer));
        // What the person said in the application since counts more than a mail that was on its way.
        await answers.Says(stage.Physician, session.Name, Answer.Yes, AttendanceMode.Video, Answering.Now.AddMinutes(10));
        Assert.True((await answers.Sends(no, now: Answering.Now.AddMinutes(11))).Outdated);
        Assert.Equal(AttendanceMode.Video, (await answers.List(session.Name)).Replies.Single(r => r.Professional == stage.Physician).Mode);
    }

    [Fact]
    public async Task A_calendar_whose_clock_is_ahead_does_not_silence_later_answers()
    {
        var (stage, answers, _) = await Convened();
        await answers.Sends(await answers.Calendar(stage.Physician, "DECLINED", Answering.Now.AddYears(50)));
        var later = await answers.Sends(await answers.Calendar(stage.Physician, "ACCEPTED", Answering.Now.AddMinutes(1)), now: Answering.Now.AddMinutes(1));
        Assert.Equal((false, Answer.Yes), (later.Outdated, later.Reply.Answer));
    }

    [Fact]
    public async Task An_invitation_that_was_passed_on_is_answered_by_nobody_else()
    {
        var (stage, answers, session) = await Convened();
        foreach (var mailbox in new[] { stage.MailboxOf(stage.Requester), "colleague@medecin.mssante.fr", stage.MailboxOf(stage.Physician) + ".evil.example" })
        {
            await Refuses(StatusCode.FailedPrecondition, "ATTENDEE_MISMATCH", answers, await answers.Calendar(
                stage.Physician, change: t => t.Replace(stage.MailboxOf(stage.Physician), mailbox, StringComparison.Ordinal)));
        }

        Assert.Equal(Answer.Yes, (await answers.Sends(await answers.Calendar(
            stage.Physician, change: t => t.Replace("mailto:" + stage.MailboxOf(stage.Physician), "MAILTO:" + stage.MailboxOf(stage.Physician).ToUpperInvariant(), StringComparison.Ordinal)))).Reply.Answer);
        Assert.Equal(4, (await answers.List(session.Name)).Counts.None);
    }

    [Fact]
    public async Task Once_the_session_has_moved_older_answers_count_no_more()
    {
        var (stage, answers, session) = await Convened();
        var before = await answers.Calendar(stage.Physician);
        await answers.Sends(before);
        await answers.Move(session.Name, 7);
        Assert.Equal((0, 5), (await answers.List(session.Name)).Counts is var c ? (c.Yes, c.None) : default);
        await Refuses(StatusCode.FailedPrecondition, "SEQUENCE_OUTDATED", answers, before);
        var after = await answers.Calendar(stage.Physician, change: t => t.Replace("SEQUENCE:0", "SEQUENCE:1", StringComparison.Ordinal), stamp: Answering.Now.AddHours(-1));
        Assert.Equal((Answer.Yes, false), (await answers.Sends(after)) is var r ? (r.Reply.Answer, r.Outdated) : default);
        await Refuses(StatusCode.InvalidArgument, "SEQUENCE_UNKNOWN", answers, await answers.Calendar(
            stage.Physician, change: t => t.Replace("SEQUENCE:0", "SEQUENCE:2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_is_no_longer_invited_or_comes_too_late_is_told_so()
    {
        var (stage, answers, session) = await Convened();
        var calendar = await answers.Calendar(stage.Physician);
        await stage.Client.OpenSessionAsync(new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, stage.AsCoordinator(Stage.Start));
        await Refuses(StatusCode.FailedPrecondition, "STATE_FORBIDS", answers, calendar);
        await fixture.Db.InTransaction(tx => tx.Execute("delete from invitation where professional = @Physician", new { stage.Physician }), CancellationToken.None);
        await Refuses(StatusCode.InvalidArgument, "INVITATION_UNKNOWN", answers, calendar);
    }

    [Theory]
    [InlineData("", "CALENDAR_EMPTY")]
    [InlineData("hello", "CALENDAR_LINE_INVALID")]
    [InlineData("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR", "METHOD_NOT_REPLY")]
    public async Task What_is_no_answer_is_a_bad_argument(string text, string reason)
    {
        var (_, answers, _) = await Convened();
        await Refuses(StatusCode.InvalidArgument, reason, answers, ByteString.CopyFromUtf8(text));
        await Refuses(StatusCode.InvalidArgument, "CALENDAR_TOO_LARGE", answers, ByteString.CopyFrom(new byte[(64 * 1024) + 1]));
    }

    [Fact]
    public async Task Invitations_are_never_answered_by_guessing_codes()
    {
        var (stage, answers, _) = await Convened();
        var uid = (await Mails.To(fixture, stage.MailboxOf(stage.Physician)))[0].Event.First("UID")!.Value;
        var code = uid.Split('@')[0][^32..];
        foreach (var guess in new[] { new string('0', 32), code[1..] + code[0], code.Replace(code[5], code[5] == 'a' ? 'b' : 'a') })
        {
            await Refuses(StatusCode.InvalidArgument, "INVITATION_UNKNOWN", answers, await answers.Calendar(stage.Physician, change: t => t.Replace(code, guess, StringComparison.Ordinal)));
        }
    }

    private static Task Refuses(StatusCode code, string reason, Answering answers, ByteString calendar, DevelopmentClaims? who = null) =>
        Refused.With(code, reason, () => answers.Client.RespondByCalendarAsync(
            new RespondByCalendarRequest { RequestId = Stage.NewRequest(), Calendar = calendar }, Tokens.As(who ?? Tokens.Service("mail"), Answering.Now)));

    private async Task<(Stage Stage, Answering Answers, Session Session)> Convened()
    {
        var stage = await new Stage(fixture).Set();
        return (stage, new Answering(stage), await stage.Convened());
    }
}
