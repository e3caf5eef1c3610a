using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Sessions;

/// <summary>Somebody else leads a session that people were convened to: the one named is ill, or declined.</summary>
internal sealed class SetFacilitator(Db db)
{
    public Task<SetFacilitatorResponse> Handle(SetFacilitatorRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
            if (request.Facilitator.Length == 0)
            {
                throw RuleBroken.Invalid("facilitator", "FACILITATOR_MISSING", "La personne qui anime manque.");
            }

            var saved = await Substitution.Save(tx, call, meeting, request.Facilitator, meeting.Expert, meeting.ExpertWaiverReason);
            return new SetFacilitatorResponse { Session = SessionView.For(saved, actor) };
        });
    }
}
