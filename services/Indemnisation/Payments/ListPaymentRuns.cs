using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payments;

/// <summary>What awaits whom: runs by state, the newest first, without their payments.</summary>
public sealed class ListPaymentRuns(Db db, PageTokens pages)
{
    public async Task<ListPaymentRunsResponse> Handle(ListPaymentRunsRequest request, Call call)
    {
        var size = PageTokens.Size(request.PageSize);
        var states = request.States.Select(s => (int)s).Order().ToArray();
        var filter = $"paymentRuns|{call.Caller.Subject}|{request.Programme}|{string.Join(',', states)}";
        var before = await pages.Open(filter, request.PageToken, call.Cancellation) is { } token ? Guid.Parse(token) : (Guid?)null;
        var runs = await db.Read(tx => RunStore.Runs(tx, request.Programme, states, before, size + 1), call.Cancellation);
        var response = new ListPaymentRunsResponse { PaymentRuns = { runs.Take(size).Select(r => r.ToProto()) } };
        if (runs.Count > size)
        {
            response.NextPageToken = await pages.Seal(filter, runs[size - 1].Id.ToString(), call.Cancellation);
        }

        return response;
    }
}
