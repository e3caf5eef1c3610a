using Grpc.Core;
using Intervision.Indemnisation.Bank;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation;

/// <summary>From RPC to verb; the rules are in the verbs.</summary>
public sealed class BankGrpcService(ImportBankFile importBankFile) : BankService.BankServiceBase
{
    [CalledBy(Roles.FinanceOfficer)]
    public override Task ImportBankFile(
        IAsyncStreamReader<ImportBankFileRequest> requestStream, IServerStreamWriter<ImportBankFileResponse> responseStream, ServerCallContext context) =>
        importBankFile.Handle(requestStream, responseStream, context.Call());
}
