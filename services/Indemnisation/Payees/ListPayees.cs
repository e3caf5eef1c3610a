using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payees;

/// <summary>Payees by name, IBAN masked.</summary>
public sealed class ListPayees(Db db, PageTokens pages)
{
    public async Task<ListPayeesResponse> Handle(ListPayeesRequest request, Call call)
    {
        var size = PageTokens.Size(request.PageSize);
        var filter = $"payees|{call.Caller.Subject}";
        var after = await pages.Open(filter, request.PageToken, call.Cancellation) ?? "";
        var payees = await db.Read(tx => PayeeStore.Page(tx, after, size + 1, call.Now), call.Cancellation);
        var response = new ListPayeesResponse { Payees = { payees.Take(size).Select(p => p.ToProto()) } };
        if (payees.Count > size)
        {
            response.NextPageToken = await pages.Seal(filter, response.Payees[^1].Name, call.Cancellation);
        }

        return response;
    }
}
