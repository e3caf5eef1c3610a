using Intervision.Scheduling.Replies;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Letters;

/// <summary>
/// Reminds of the sessions of the next day (DOMAIN §5: J−1), and of the same day until they start, in case nobody could
/// yesterday. Each person once per session and sequence: the row that says so and the mail are one transaction.
/// </summary>
internal sealed class SendReminders(Db db)
{
    public Task<SendRemindersResponse> Handle(SendRemindersRequest request, Call call) =>
        db.Once(call, request.RequestId, request, tx => Run(tx, call.Now));

    internal static async Task<SendRemindersResponse> Run(Tx tx, DateTimeOffset now)
    {
        var sent = new SendRemindersResponse();
        foreach (var meeting in await Due(tx, now))
        {
            var letters = await LettersOf(tx, meeting, now);
            await MailQueue.Append(tx, letters);
            sent.Reminded += letters.Count;
            sent.Sessions += letters.Count > 0 ? 1 : 0;
        }

        return sent;
    }

    /// <summary>Locked in the order of every verb on several sessions: none moves while it is reminded of.</summary>
    private static async Task<IReadOnlyList<Meeting>> Due(Tx tx, DateTimeOffset now)
    {
        var today = Paris.DateOf(now);
        var rows = await tx.Query<MeetingRow>(
            """
            select * from session
            where state = 'CONVENED' and date between @today and @tomorrow and start_instant > @now
            order by date, id for share
            """,
            new { today, tomorrow = today.AddDays(1), now });
        return await MeetingStore.WithParts(tx, [.. rows.Select(r => r.ToMeeting())]);
    }

    private static async Task<IReadOnlyList<Letter>> LettersOf(Tx tx, Meeting meeting, DateTimeOffset now)
    {
        var answers = await ReplyStore.All(tx, meeting.Id);
        var expected = Expected(meeting, answers);
        var post = await Correspondence.Load(tx, meeting, expected);
        var fresh = await tx.Query<string>(
            """
            insert into reminder (session_id, professional, sequence, reminder_time)
            select @Id, professional, @Sequence, @now from unnest(@reachable) as professional
            on conflict do nothing
            returning professional
            """,
            new { meeting.Id, meeting.Sequence, now, reachable = expected.Where(p => post.MailboxOf(p) is not null).ToArray() });
        return [.. fresh.Select(p => post.Letter(p, News.Reminded, meeting, now)!)];
    }

    /// <summary>Everybody invited but those who declined the session as it now stands.</summary>
    internal static IReadOnlyList<string> Expected(Meeting meeting, IReadOnlyDictionary<string, GivenAnswer> answers) =>
        [.. meeting.Invitations.Select(i => i.Professional).Where(p => answers.GetValueOrDefault(p) is not { Answer: Answer.No } no || no.Sequence != meeting.Sequence)];
}
