using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Rooms;

/// <summary>Another video link: the old one has become known to others.</summary>
internal sealed class RenewVideoLink(Db db, VideoLinks video)
{
    public Task<RenewVideoLinkResponse> Handle(RenewVideoLinkRequest request, Call call) => db.Once(call, request.RequestId, request, async tx =>
    {
        var (meeting, _) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        SessionVerb.MustBeIn(meeting, SessionState.Convened, SessionState.Open);
        if (!VideoLinks.Has(meeting))
        {
            throw RuleBroken.NotNow("NO_VIDEO_LINK", "La séance se tient sans visioconférence.", "STATE", meeting.Name);
        }

        await video.Make(tx, meeting, call.Now, another: true);
        var saved = await MeetingStore.Save(tx, call.Now, meeting, new Decided(meeting));
        // Outcomes are kept: the link is read, not answered.
        return new RenewVideoLinkResponse { Name = saved.Name, Etag = saved.Etag };
    });
}
