using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>GetPole, ListPoles: any authenticated caller; a CPTS within its territory.</summary>
internal sealed class ReadPoles(Db db, Paging paging)
{
    public async Task<GetPoleResponse> Get(GetPoleRequest request, Call call)
    {
        // A CPTS learns nothing of what lies beyond its territory, not even that a name is none.
        var cpts = CptsBounds.Of(call.Caller);
        return await db.Read(
            async tx =>
            {
                var code = Names.IdOf(Names.Poles, request.Name) ?? "";
                if (cpts is not null && !await PoleStore.Touches(tx, code, cpts))
                {
                    throw RuleBroken.Denied();
                }

                Names.MustBe(Names.Poles, request.Name);
                var found = await PoleStore.States(tx, [code], Paris.DateOf(call.Now));
                return new GetPoleResponse { Pole = found.Count == 1 ? found[0] : throw RuleBroken.NotFound(request.Name) };
            },
            call.Cancellation);
    }

    public async Task<ListPolesResponse> List(ListPolesRequest request, Call call)
    {
        var cpts = CptsBounds.Of(call.Caller);
        var programme = request.Programme.Length == 0 ? null : Names.MustBe(Names.Programmes, request.Programme, "programme");
        var page = await paging.Page(
            call, request.PageSize, request.PageToken, request.Programme, (tx, after, limit) => PoleStore.Page(tx, after, limit, programme, cpts), p => p.Code);
        var poles = await db.Read(tx => PoleStore.Complete(tx, page.Items, Paris.DateOf(call.Now)), call.Cancellation);
        return new ListPolesResponse { Poles = { poles }, NextPageToken = page.NextToken };
    }
}
