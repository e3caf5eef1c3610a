using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payees;

/// <summary>One payee with all that is known of it.</summary>
public sealed class GetPayee(Db db)
{
    public async Task<GetPayeeResponse> Handle(GetPayeeRequest request, Call call) =>
        new() { Record = await db.ReadTogether(tx => PayeeVerb.Shown(tx, request.Name, call.Now), call.Cancellation) };
}
