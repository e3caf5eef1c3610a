using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>A new pôle, as a draft: what it still lacks to be active, <see cref="ActivatePole"/> will say.</summary>
internal sealed class CreatePole(Db db)
{
    public Task<CreatePoleResponse> Handle(CreatePoleRequest request, Call call)
    {
        var pole = request.Pole?.Clone() ?? new Pole();
        PoleContent.Canonicalise(pole);
        pole.Referent = "";
        PoleVerb.MustHold(PoleContent.Wrong(pole));
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await ImportTurn.Beside(tx);
            var known = await PoleReferences.Load(tx, [pole], Paris.DateOf(call.Now));
            PoleVerb.MustHold(known.Unknown(pole));
            if (!await PoleWrites.Create(tx, pole, call.Now))
            {
                throw RuleBroken.Exists("POLE_EXISTS", $"« {pole.Name} » existe déjà.", ("name", pole.Name));
            }

            return new CreatePoleResponse { Pole = await PoleVerb.Tell(tx, call, PoleColumns.CodeOf(pole)) };
        });
    }
}
