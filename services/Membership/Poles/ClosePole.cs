using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Poles;

/// <summary>A pôle ends, for good.</summary>
internal sealed class ClosePole(Db db)
{
    public Task<ClosePoleResponse> Handle(ClosePoleRequest request, Call call)
    {
        var code = Names.MustBe(Names.Poles, request.Name);
        var explanation = PoleVerb.Explanation(request.Explanation);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            PoleVerb.MustNotBeClosed(await PoleVerb.Begin(tx, call, code, request.Etag));
            await PoleWrites.SetState(tx, code, Pole.Types.State.Closed);
            return new ClosePoleResponse { Pole = await PoleVerb.End(tx, call, code, explanation) };
        });
    }
}
