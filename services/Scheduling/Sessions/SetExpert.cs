using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Sessions;

/// <summary>Another expert for a session that people were convened to, or none with the reason why.</summary>
internal sealed class SetExpert(Db db)
{
    public Task<SetExpertResponse> Handle(SetExpertRequest request, Call call) => db.Once(call, request.RequestId, request, tx => Apply(tx, request, call));

    /// <summary>In the caller's transaction: a repair is several verbs in one.</summary>
    internal static async Task<SetExpertResponse> Apply(Tx tx, SetExpertRequest request, Call call)
    {
        var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        var waiver = ConveneSession.WaiverOf(request.Expert, request.ExpertWaiverReason);
        var saved = await Substitution.Save(tx, call, meeting, meeting.Facilitator, request.Expert, waiver);
        return new SetExpertResponse { Session = SessionView.For(saved, actor) };
    }
}
