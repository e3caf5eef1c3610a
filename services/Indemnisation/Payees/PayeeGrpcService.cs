using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Payees;

/// <summary>From RPC to verb; the rules are in the verbs.</summary>
public sealed class PayeeGrpcService(
    GetPayee getPayee,
    UpdatePayee updatePayee,
    ProposeBankAccount proposeBankAccount,
    ConfirmBankAccount confirmBankAccount,
    CancelBankAccount cancelBankAccount,
    RecordPayeeVerification recordPayeeVerification,
    AddPayeeProfessional addPayeeProfessional,
    RemovePayeeProfessional removePayeeProfessional,
    PutExpertConvention putExpertConvention) : PayeeService.PayeeServiceBase
{
    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task<GetPayeeResponse> GetPayee(GetPayeeRequest request, ServerCallContext context) =>
        getPayee.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<UpdatePayeeResponse> UpdatePayee(UpdatePayeeRequest request, ServerCallContext context) =>
        updatePayee.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<ProposeBankAccountResponse> ProposeBankAccount(ProposeBankAccountRequest request, ServerCallContext context) =>
        proposeBankAccount.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover)]
    public override Task<ConfirmBankAccountResponse> ConfirmBankAccount(ConfirmBankAccountRequest request, ServerCallContext context) =>
        confirmBankAccount.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task<CancelBankAccountResponse> CancelBankAccount(CancelBankAccountRequest request, ServerCallContext context) =>
        cancelBankAccount.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task<RecordPayeeVerificationResponse> RecordPayeeVerification(RecordPayeeVerificationRequest request, ServerCallContext context) =>
        recordPayeeVerification.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<AddPayeeProfessionalResponse> AddPayeeProfessional(AddPayeeProfessionalRequest request, ServerCallContext context) =>
        addPayeeProfessional.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<RemovePayeeProfessionalResponse> RemovePayeeProfessional(RemovePayeeProfessionalRequest request, ServerCallContext context) =>
        removePayeeProfessional.Handle(request, context.Call());

    [CalledBy(Roles.FinanceApprover)]
    public override Task<PutExpertConventionResponse> PutExpertConvention(PutExpertConventionRequest request, ServerCallContext context) =>
        putExpertConvention.Handle(request, context.Call());
}

/// <summary>The verbs of this folder.</summary>
internal static class PayeeServices
{
    public static IServiceCollection AddPayees(this IServiceCollection services) => services
        .AddSingleton<CreatePayee>().AddSingleton<ListPayees>().AddSingleton<GetPayee>().AddSingleton<UpdatePayee>()
        .AddSingleton<ProposeBankAccount>().AddSingleton<ConfirmBankAccount>().AddSingleton<CancelBankAccount>()
        .AddSingleton<RecordPayeeVerification>().AddSingleton<AddPayeeProfessional>().AddSingleton<RemovePayeeProfessional>()
        .AddSingleton<PutExpertConvention>();
}
