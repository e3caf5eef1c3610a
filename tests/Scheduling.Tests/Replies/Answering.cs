using System.Text;
using Google.Protobuf;
using Intervision.Scheduling.Ics;
using Intervision.Scheduling.Tests.Letters;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Replies;

/// <summary>What people and their calendars answer.</summary>
internal sealed class Answering(Stage stage)
{
    public static readonly DateTimeOffset Now = Stage.Start.AddDays(-5);

    public InvitationService.InvitationServiceClient Client => stage.Fixture.Client<InvitationService.InvitationServiceClient>();

    public static RespondRequest Request(string session, Answer answer = Answer.Yes, AttendanceMode mode = AttendanceMode.InPerson, string professional = "") =>
        new() { RequestId = Stage.NewRequest(), Session = session, Professional = professional, Answer = answer, Mode = mode };

    public async Task<Reply> Says(string professional, string session, Answer answer, AttendanceMode mode = AttendanceMode.Unspecified, DateTimeOffset? now = null) =>
        (await Client.RespondAsync(Request(session, answer, mode), Tokens.As(Tokens.Professional(professional), now ?? Now))).Reply;

    /// <summary>The REPLY to the latest invitation mailed to somebody.</summary>
    public async Task<ByteString> Calendar(string professional, string partstat = "ACCEPTED", DateTimeOffset? stamp = null, Func<string, string>? change = null)
    {
        var invitation = (await Mails.To(stage.Fixture, stage.MailboxOf(professional))).Last(m => m.Method == "REQUEST").Event;
        var reply = IcsWriter.Write(new IcsComponent(
            "VCALENDAR",
            [new IcsProperty("METHOD", "REPLY"), new IcsProperty("VERSION", "2.0"), new IcsProperty("PRODID", "-//Test//Test//FR")],
            new IcsComponent(
                "VEVENT",
                [
                    .. invitation.Properties.Where(p => p.Name is "UID" or "SEQUENCE" or "ORGANIZER" or "DTSTART" or "SUMMARY"),
                    new IcsProperty("DTSTAMP", IcsTime.Utc(stamp ?? Now)),
                    new IcsProperty("ATTENDEE", invitation.First("ATTENDEE")!.Value, new IcsParameter("PARTSTAT", partstat)),
                ])));
        return ByteString.CopyFromUtf8(change is null ? reply : change(reply.Replace("\r\n ", "", StringComparison.Ordinal)));
    }

    public async Task<RespondByCalendarResponse> Sends(ByteString calendar, DevelopmentClaims? who = null, DateTimeOffset? now = null, string? requestId = null) =>
        await Client.RespondByCalendarAsync(
            new RespondByCalendarRequest { RequestId = requestId ?? Stage.NewRequest(), Calendar = calendar }, Tokens.As(who ?? Tokens.Service("mail"), now ?? Now));

    public async Task<ListRepliesResponse> List(string session, DevelopmentClaims? who = null) =>
        await Client.ListRepliesAsync(new ListRepliesRequest { Session = session }, Tokens.As(who ?? stage.Coordinator, Now));

    /// <summary>The session moved by so many days, as a verb that moves it would leave it.</summary>
    public async Task Move(string session, int days) => await stage.Fixture.Db.InTransaction(
        async tx =>
        {
            await tx.Execute(
                """
                update session set sequence = sequence + 1, version = version + 1, date = date + @days,
                  start_instant = start_instant + make_interval(days => @days), end_instant = end_instant + make_interval(days => @days) where id = @id;
                update booking b set during = tstzrange(s.start_instant, s.end_instant) from session s where s.id = @id and b.session_id = s.id
                """,
                new { days, id = Guid.Parse(session["sessions/".Length..]) });
        },
        CancellationToken.None);
}
