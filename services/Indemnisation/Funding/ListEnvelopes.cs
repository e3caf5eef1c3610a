using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Funding;

/// <summary>Envelopes with what is engaged and consumed.</summary>
public sealed class ListEnvelopes(Db db, PageTokens pages)
{
    public async Task<ListEnvelopesResponse> Handle(ListEnvelopesRequest request, Call call)
    {
        var size = PageTokens.Size(request.PageSize);
        var filter = $"envelopes|{call.Caller.Subject}";
        var after = await pages.Open(filter, request.PageToken, call.Cancellation) ?? "";
        var envelopes = await db.Read(tx => EnvelopeStore.Page(tx, after, size + 1), call.Cancellation);
        var response = new ListEnvelopesResponse { Envelopes = { envelopes.Take(size).Select(e => e.ToProto()) } };
        if (envelopes.Count > size)
        {
            response.NextPageToken = await pages.Seal(filter, response.Envelopes[^1].Name, call.Cancellation);
        }

        return response;
    }
}
