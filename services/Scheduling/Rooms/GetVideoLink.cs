using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Rooms;

/// <summary>Where those who may come meet by video.</summary>
internal sealed class GetVideoLink(Db db)
{
    public Task<GetVideoLinkResponse> Handle(GetVideoLinkRequest request, Call call) => db.Read(
        async tx =>
        {
            var actor = await Actor.Of(tx, call.Caller);
            var found = Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Find(tx, id) : null;
            var meeting = SessionVerb.MustMay(call, request.Name, actor, found, (a, m) => a.LeadsOrOrganises(m) || a.IsInvited(m));
            return meeting.State is SessionState.Convened or SessionState.Open && await VideoLinks.Of(tx, meeting) is { } url
                ? new GetVideoLinkResponse { Url = url }
                : throw RuleBroken.NotNow("NO_VIDEO_LINK", "La séance n'a pas, ou plus, de lien de visioconférence.", "STATE", meeting.Name);
        },
        call.Cancellation);
}
