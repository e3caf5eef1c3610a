using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Programmes;

/// <summary>GetProgramme, ListProgrammes: any authenticated caller.</summary>
internal sealed class ReadProgrammes(Db db, Paging paging)
{
    public async Task<GetProgrammeResponse> Get(GetProgrammeRequest request, Call call)
    {
        var code = Names.MustBe(Names.Programmes, request.Name);
        var row = await db.Read(tx => ProgrammeStore.Find(tx, code), call.Cancellation) ?? throw RuleBroken.NotFound(request.Name);
        return new GetProgrammeResponse { Programme = row.ToProto() };
    }

    public async Task<ListProgrammesResponse> List(ListProgrammesRequest request, Call call)
    {
        var page = await paging.Page(
            call, request.PageSize, request.PageToken, filter: "", (tx, after, limit) => ProgrammeStore.Page(tx, after, limit), p => p.Code);
        return new ListProgrammesResponse { Programmes = { page.Items.Select(p => p.ToProto()) }, NextPageToken = page.NextToken };
    }
}
