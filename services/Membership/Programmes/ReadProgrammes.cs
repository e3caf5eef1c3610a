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
        var programme = await db.Read(tx => ProgrammeStore.State(tx, code), call.Cancellation) ?? throw RuleBroken.NotFound(request.Name);
        return new GetProgrammeResponse { Programme = programme };
    }

    public async Task<ListProgrammesResponse> List(ListProgrammesRequest request, Call call)
    {
        var page = await paging.Page(
            call, request.PageSize, request.PageToken, filter: "", (tx, after, limit) => ProgrammeStore.Page(tx, after, limit), p => p.Code);
        var programmes = await db.Read(tx => ProgrammeStore.Complete(tx, page.Items), call.Cancellation);
        return new ListProgrammesResponse { Programmes = { programmes }, NextPageToken = page.NextToken };
    }
}
