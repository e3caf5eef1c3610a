using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payments;

/// <summary>Payments of a run in the order of the file, a page at a time.</summary>
public sealed class ListPayments(Db db, PageTokens pages)
{
    public async Task<ListPaymentsResponse> Handle(ListPaymentsRequest request, Call call)
    {
        var id = RunName.Read(request.Name);
        var size = PageTokens.Size(request.PageSize);
        var filter = $"payments|{call.Caller.Subject}|{id}";
        var after = await pages.Open(filter, request.PageToken, call.Cancellation) ?? "";
        var (payments, told) = await db.ReadTogether(
            async tx =>
            {
                var run = await RunStore.Find(tx, id) ?? throw RuleBroken.NotFound(request.Name);
                var page = await RunStore.Page(tx, id, after, size + 1);
                return (page, await PaymentState.Of(tx, run, page.Select(p => p.Id)));
            },
            call.Cancellation);
        var response = new ListPaymentsResponse { Payments = { payments.Take(size).Select(p => told.On(p.Id, p.ToProto())) } };
        if (payments.Count > size)
        {
            response.NextPageToken = await pages.Seal(filter, response.Payments[^1].Payee, call.Cancellation);
        }

        return response;
    }
}
