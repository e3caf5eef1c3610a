using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Poles;

/// <summary>An active pôle pauses.</summary>
internal sealed class SuspendPole(Db db)
{
    public Task<SuspendPoleResponse> Handle(SuspendPoleRequest request, Call call)
    {
        var code = Names.MustBe(Names.Poles, request.Name);
        var explanation = PoleVerb.Explanation(request.Explanation);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            Decide(await PoleVerb.Begin(tx, call, code, request.Etag));
            await PoleWrites.SetState(tx, code, Pole.Types.State.Suspended);
            return new SuspendPoleResponse { Pole = await PoleVerb.End(tx, call, code, explanation) };
        });
    }

    /// <exception cref="RuleBroken">POLE_CLOSED, POLE_NOT_ACTIVE.</exception>
    internal static void Decide(Pole pole)
    {
        PoleVerb.MustNotBeClosed(pole);
        if (pole.State != Pole.Types.State.Active)
        {
            throw RuleBroken.NotNow("POLE_NOT_ACTIVE", "Seul un pôle actif peut être suspendu.", "STATE", pole.Name, ("name", pole.Name));
        }
    }
}
