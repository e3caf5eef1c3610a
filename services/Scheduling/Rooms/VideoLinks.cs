using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Rooms;

/// <summary>The video link of a session: made when people are convened, read by those who may come.</summary>
internal sealed class VideoLinks(Db db, IVideoRooms rooms)
{
    /// <summary>Whether people of the session may come by video.</summary>
    public static bool Has(Meeting meeting) => meeting.Modality != Membership.V1.Modality.InPerson.Code();

    /// <summary>Makes the link unless there is one, or it is to be another.</summary>
    public async Task Make(Tx tx, Meeting meeting, DateTimeOffset now, bool another = false)
    {
        if (Has(meeting) && (another || await Of(tx, meeting) is null))
        {
            var url = (await rooms.Open(meeting.Name, meeting.Start, meeting.End, tx.Cancellation)).AbsoluteUri;
            await tx.Execute(
                """
                insert into video_link (session_id, url, create_time) values (@Id, @url, @now)
                on conflict (session_id) do update set url = excluded.url, create_time = excluded.create_time
                """,
                new { meeting.Id, url, now });
        }
    }

    /// <exception cref="RuleBroken">PERMISSION_DENIED; NOT_FOUND for the coordinator; NO_VIDEO_LINK.</exception>
    public Task<GetVideoLinkResponse> Handle(GetVideoLinkRequest request, Call call) => db.Read(
        async tx =>
        {
            var actor = await Actor.Of(tx, call.Caller);
            var meeting = Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Find(tx, id) : null;
            var seen = SessionVerb.MustMay(call, request.Name, actor, meeting, (a, m) => a.LeadsOrOrganises(m) || a.IsInvited(m));
            return seen.State is SessionState.Convened or SessionState.Open && await Of(tx, seen) is { } url
                ? new GetVideoLinkResponse { Url = url }
                : throw RuleBroken.NotNow("NO_VIDEO_LINK", "La séance n'a pas, ou plus, de lien de visioconférence.", "STATE", seen.Name);
        },
        call.Cancellation);

    public Task<RenewVideoLinkResponse> Handle(RenewVideoLinkRequest request, Call call) => db.Once(call, request.RequestId, request, async tx =>
    {
        var (meeting, _) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        SessionVerb.MustBeIn(meeting, SessionState.Convened, SessionState.Open);
        if (!Has(meeting))
        {
            throw RuleBroken.NotNow("NO_VIDEO_LINK", "La séance se tient sans visioconférence.", "STATE", meeting.Name);
        }

        await Make(tx, meeting, call.Now, another: true);
        // Outcomes are kept: the link is read, not answered.
        return new RenewVideoLinkResponse { Name = meeting.Name, Etag = (await MeetingStore.Save(tx, call.Now, meeting, new Decided(meeting))).Etag };
    });

    private static Task<string?> Of(Tx tx, Meeting meeting) =>
        tx.SingleOrDefault<string>("select url from video_link where session_id = @Id", new { meeting.Id });
}
