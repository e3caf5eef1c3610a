using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Places;

/// <summary>The places where intervisions are held: anybody at all may ask.</summary>
internal sealed class ListPlaces(Paging paging)
{
    public async Task<ListPlacesResponse> Handle(ListPlacesRequest request, Call call)
    {
        var programme = request.Programme.Length == 0 ? null : Names.MustBe(Names.Programmes, request.Programme, "programme");
        var page = await paging.Page(
            call,
            request.PageSize,
            request.PageToken,
            request.Programme,
            (tx, after, limit) => PlaceStore.Page(tx, after is null ? null : PlaceKey.Parse(after), limit, programme, Paris.DateOf(call.Now)),
            p => p.Key.ToString());
        return new ListPlacesResponse { Places = { page.Items.Select(p => p.ToProto()) }, NextPageToken = page.NextToken };
    }
}
