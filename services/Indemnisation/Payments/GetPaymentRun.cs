using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payments;

/// <summary>One run with its payments.</summary>
public sealed class GetPaymentRun(Db db)
{
    public Task<GetPaymentRunResponse> Handle(GetPaymentRunRequest request, Call call)
    {
        var id = RunName.Read(request.Name);
        return db.ReadTogether(
            async tx =>
            {
                var run = await RunStore.Find(tx, id) ?? throw RuleBroken.NotFound(request.Name);
                return new GetPaymentRunResponse { PaymentRun = await RunStore.Shown(tx, run) };
            },
            call.Cancellation);
    }
}
