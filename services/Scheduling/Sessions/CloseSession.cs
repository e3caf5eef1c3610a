using Google.Protobuf;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>Ends the session. A situation that was not discussed goes back to the waiting list and says so.</summary>
internal sealed class CloseSession(Db db)
{
    public Task<CloseSessionResponse> Handle(CloseSessionRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Leads(m));
            var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting));
            await WaitingList.Return(tx, meeting.Ahead.Select(i => i.Case));
            return new CloseSessionResponse { Session = SessionView.For(saved, actor) };
        });
    }

    internal static Decided Decide(Meeting meeting)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Open);
        var after = meeting with { State = SessionState.Held };
        var said = new List<IMessage>();
        foreach (var item in meeting.Ahead)
        {
            after = after.With(item.Removed("NOT_DISCUSSED"));
            said.Add(new CaseUnscheduled { Session = meeting.Name, Case = item.Case, Reason = "NOT_DISCUSSED" });
        }

        said.Add(new SessionHeld { Session = meeting.Name, Pole = meeting.Pole, Programme = meeting.Programme, Date = meeting.Date.ToProto() });
        return new Decided(after, said);
    }
}
