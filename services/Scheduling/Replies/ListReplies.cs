using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Counts = Intervision.Scheduling.V1.ListRepliesResponse.Types.Counts;
using ItemReplies = Intervision.Scheduling.V1.ListRepliesResponse.Types.ItemReplies;

namespace Intervision.Scheduling.Replies;

/// <summary>Who answered what, and how full each table is.</summary>
internal sealed class ListReplies(Db db, PageTokens tokens)
{
    /// <summary>« Chaque situation […] réunit entre 5 et 8 partenaires » [LIL].</summary>
    private const int TargetMinimum = 5;
    private const int TargetMaximum = 8;

    public async Task<ListRepliesResponse> Handle(ListRepliesRequest request, Call call)
    {
        var filter = $"replies|{call.Caller.Subject}|{request.Session}";
        return await db.Read(
            async tx =>
            {
                var actor = await Actor.Of(tx, call.Caller);
                var meeting = Meeting.IdOf(request.Session) is { } id ? await MeetingStore.Find(tx, id) : null;
                if (meeting is null || !actor.LeadsOrOrganises(meeting))
                {
                    throw meeting is null && call.Caller.Has(Roles.Coordinator) ? RuleBroken.NotFound(request.Session) : RuleBroken.Denied();
                }

                var size = PageTokens.Size(request.PageSize);
                var after = await tokens.Open(filter, request.PageToken, call.Cancellation) ?? "";
                var all = await Replies(tx, meeting);
                var page = all.Where(r => string.CompareOrdinal(r.Professional, after) > 0).Take(size).ToList();
                return new ListRepliesResponse
                {
                    Replies = { page },
                    NextPageToken = page.Count == size && !ReferenceEquals(page[^1], all[^1]) ? await tokens.Seal(filter, page[^1].Professional, call.Cancellation) : "",
                    Counts = CountsOf(all),
                    Items = { ItemsOf(meeting, all) },
                    Warnings = { meeting.Declined },
                };
            },
            call.Cancellation);
    }

    private static async Task<IReadOnlyList<Reply>> Replies(Tx tx, Meeting meeting)
    {
        var given = await ReplyStore.All(tx, meeting.Id);
        var post = await Correspondence.Load(tx, meeting, meeting.Invitations.Select(i => i.Professional));
        var reminded = (await tx.Query<(string Professional, DateTimeOffset Time)>(
            "select professional, reminder_time from reminder where session_id = @Id and sequence = @Sequence", new { meeting.Id, meeting.Sequence }))
            .ToDictionary(r => r.Professional, r => r.Time, StringComparer.Ordinal);
        return
        [
            .. meeting.Invitations.OrderBy(i => i.Professional, StringComparer.Ordinal).Select(i => GivenAnswer.View(
                i, given.GetValueOrDefault(i.Professional), meeting.Sequence, post.MailboxOf(i.Professional) is not null,
                reminded.TryGetValue(i.Professional, out var time) ? time : null)),
        ];
    }

    internal static Counts CountsOf(IReadOnlyCollection<Reply> replies) => new()
    {
        Yes = replies.Count(r => r.Answer == Answer.Yes),
        No = replies.Count(r => r.Answer == Answer.No),
        Maybe = replies.Count(r => r.Answer == Answer.Maybe),
        None = replies.Count(r => r.Answer == Answer.Unspecified),
        InPerson = replies.Count(r => r is { Answer: Answer.Yes, Mode: AttendanceMode.InPerson }),
        Video = replies.Count(r => r is { Answer: Answer.Yes, Mode: AttendanceMode.Video }),
    };

    internal static IEnumerable<ItemReplies> ItemsOf(Meeting meeting, IReadOnlyCollection<Reply> replies)
    {
        var answers = replies.ToDictionary(r => r.Professional, r => r.Answer, StringComparer.Ordinal);
        foreach (var item in meeting.Ahead.OrderBy(i => i.Position))
        {
            var partners = meeting.Invitations
                .Where(i => i.Role != SessionRole.Observer && (i.Cases.Count == 0 || i.Cases.Contains(item.Case)))
                .Select(i => answers.GetValueOrDefault(i.Professional))
                .ToList();
            yield return new ItemReplies
            {
                Case = item.Case,
                Position = item.Position,
                Invited = partners.Count,
                Coming = partners.Count(a => a == Answer.Yes),
                Maybe = partners.Count(a => a == Answer.Maybe),
                TargetMinimum = TargetMinimum,
                TargetMaximum = TargetMaximum,
            };
        }
    }
}
