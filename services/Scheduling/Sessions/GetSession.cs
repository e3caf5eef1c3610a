using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Sessions;

internal sealed class GetSession(Db db)
{
    public Task<GetSessionResponse> Handle(GetSessionRequest request, Call call) =>
        db.Read(
            async tx =>
            {
                var actor = await Actor.Of(tx, call.Caller);
                var meeting = Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Find(tx, id) : null;
                if (meeting is not null && actor.Sees(meeting))
                {
                    return new GetSessionResponse { Session = SessionView.WithTexts(meeting, actor) };
                }

                throw meeting is null && call.Caller.HasAny(Roles.Coordinator, Roles.Auditor, Roles.Service)
                    ? RuleBroken.NotFound(request.Name)
                    : RuleBroken.Denied();
            },
            call.Cancellation);
}
