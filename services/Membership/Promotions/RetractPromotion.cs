using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership.Promotions;

/// <summary>An entry made by error: kept, and no longer counted.</summary>
internal sealed class RetractPromotion(Db db)
{
    public async Task<RetractPromotionResponse> Handle(RetractPromotionRequest request, Call call)
    {
        await MustBeOfOwnPole(request.Name, call);
        var id = IdOf(request.Name)
            ?? throw RuleBroken.Invalid("name", "NAME_INVALID", "Le nom doit avoir la forme « promotions/{uuid} ».");
        return await db.Once(call, request.RequestId, request, async tx =>
        {
            var row = await PromotionStore.Lock(tx, id) ?? throw RuleBroken.NotFound(request.Name);
            Etag.MustMatch(request.Etag, row.Version, request.Name);
            Etag.MustNotPrecede(call.Now, row.UpdateTime, request.Name);
            if (row.Retracted)
            {
                throw RuleBroken.NotNow("PROMOTION_RETRACTED", "Cette action a déjà été retirée.", "STATE", request.Name, ("name", request.Name));
            }

            await PromotionStore.Retract(tx, id, call.Now);
            var retracted = await PromotionStore.State(tx, id);
            await Changes.Tell(tx, call, new Told(retracted.Name, retracted, Event: null));
            return new RetractPromotionResponse { Promotion = retracted };
        });
    }

    /// <summary>Whose work an entry is never changes: asked before the transaction, so that a stranger learns nothing, not even what exists.</summary>
    private async Task MustBeOfOwnPole(string name, Call call)
    {
        if (!call.Caller.Has(Roles.Coordinator))
        {
            var pole = IdOf(name) is { } id ? await db.Read(tx => PromotionStore.PoleOf(tx, id), call.Cancellation) : null;
            call.Caller.MustOrganise(Names.Of(Names.Poles, pole));
        }
    }

    private static Guid? IdOf(string name) =>
        Names.IdOf(PromotionStore.Collection, name) is { } id && Guid.TryParseExact(id, "D", out var uuid) ? uuid : null;
}
