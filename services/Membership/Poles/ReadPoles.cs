using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Poles;

/// <summary>GetPole, ListPoles: any authenticated caller.</summary>
internal sealed class ReadPoles(Db db, Paging paging)
{
    public async Task<GetPoleResponse> Get(GetPoleRequest request, Call call)
    {
        var code = Names.MustBe(Names.Poles, request.Name);
        return await db.Read(
            async tx =>
            {
                var row = await PoleStore.Find(tx, code) ?? throw RuleBroken.NotFound(request.Name);
                return new GetPoleResponse { Pole = row.ToProto(await PoleStore.Communes(tx, code)) };
            },
            call.Cancellation);
    }

    public async Task<ListPolesResponse> List(ListPolesRequest request, Call call)
    {
        var programme = request.Programme.Length == 0 ? null : Names.MustBe(Names.Programmes, request.Programme, "programme");
        var page = await paging.Page(
            call, request.PageSize, request.PageToken, request.Programme, (tx, after, limit) => PoleStore.Page(tx, after, limit, programme), p => p.Code);
        return new ListPolesResponse { Poles = { page.Items.Select(p => p.ToProto([])) }, NextPageToken = page.NextToken };
    }
}
