using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>A draft or suspended pôle begins, or begins again: its first day of activity is this one, unless another was said.</summary>
internal sealed class ActivatePole(Db db)
{
    public Task<ActivatePoleResponse> Handle(ActivatePoleRequest request, Call call)
    {
        var code = Names.MustBe(Names.Poles, request.Name);
        var today = Paris.DateOf(call.Now);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var pole = await PoleVerb.Begin(tx, call, code, request.Etag);
            var known = await PoleReferences.Load(tx, [pole], today);
            Decide(pole, known.HostsWithConvention);
            await PoleWrites.SetState(tx, code, Pole.Types.State.Active, since: today);
            return new ActivatePoleResponse { Pole = await PoleVerb.End(tx, call, code) };
        });
    }

    /// <exception cref="RuleBroken">POLE_CLOSED, POLE_ALREADY_ACTIVE, or everything that is missing.</exception>
    internal static void Decide(Pole pole, IReadOnlySet<string> hostsWithConvention)
    {
        PoleVerb.MustNotBeClosed(pole);
        if (pole.State == Pole.Types.State.Active)
        {
            throw RuleBroken.NotNow("POLE_ALREADY_ACTIVE", "Le pôle est déjà actif.", "STATE", pole.Name, ("name", pole.Name));
        }

        var missing = Activation.Missing(pole, hostsWithConvention);
        if (missing.Count > 0)
        {
            throw RuleBroken.NotNow(Activation.Type, pole.Name, missing);
        }
    }
}
