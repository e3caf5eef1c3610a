using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Agendas;

/// <summary>Takes a case off an agenda, frozen or not, with a reason: it waits again.</summary>
internal sealed class TakeCaseOff(Db db)
{
    public Task<TakeCaseOffResponse> Handle(TakeCaseOffRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
            Validate(request);
            var item = HandPlacing.MustBeOnAgenda(meeting, request.Case);
            var people = await People.Known(tx, meeting.Invitations.Select(i => i.Professional), meeting.Date);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, HandPlacing.Off(meeting, item, request.Reason, people));
            await WaitingList.Return(tx, [item.Case]);
            return new TakeCaseOffResponse { Session = SessionView.For(saved, actor) };
        });
    }

    private static void Validate(TakeCaseOffRequest request)
    {
        var broken = new Violations();
        AgendaReasons.CheckCase(broken, request.Case);
        AgendaReasons.Check(broken, request.Reason, mandatory: true);
        broken.ThrowIfAny();
    }
}
