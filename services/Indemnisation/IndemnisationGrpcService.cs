using Grpc.Core;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Ledger;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.Payments;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.Indemnisation.Years;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation;

/// <summary>From RPC to verb; the rules are in the verbs.</summary>
public sealed class IndemnisationGrpcService(
    PublishRateGrid publishRateGrid,
    ImportRateGrid importRateGrid,
    ListRateGrids listRateGrids,
    CreatePayee createPayee,
    ListPayees listPayees,
    PutEnvelope putEnvelope,
    ListEnvelopes listEnvelopes,
    PutDebtor putDebtor,
    ListLines listLines,
    CloseFiscalYear closeFiscalYear,
    CarryLateLines carryLateLines,
    ChooseLinePayee chooseLinePayee,
    ApproveLines approveLines,
    ApproveProgrammeLines approveProgrammeLines,
    ProposePaymentRun proposePaymentRun,
    ApprovePaymentRun approvePaymentRun,
    WithdrawPaymentRun withdrawPaymentRun,
    ReleasePaymentRun releasePaymentRun,
    GetPaymentRun getPaymentRun,
    ListPaymentRuns listPaymentRuns,
    ListPayments listPayments,
    GetPaymentFile getPaymentFile,
    ExportPaymentFile exportPaymentFile,
    ReconcileLedger reconcileLedger) : IndemnisationService.IndemnisationServiceBase
{
    [CalledBy(Roles.FinanceOfficer)]
    public override Task<PublishRateGridResponse> PublishRateGrid(PublishRateGridRequest request, ServerCallContext context) =>
        publishRateGrid.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<ImportRateGridResponse> ImportRateGrid(ImportRateGridRequest request, ServerCallContext context) =>
        importRateGrid.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor)]
    public override Task<ListRateGridsResponse> ListRateGrids(ListRateGridsRequest request, ServerCallContext context) =>
        listRateGrids.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<CreatePayeeResponse> CreatePayee(CreatePayeeRequest request, ServerCallContext context) =>
        createPayee.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task<ListPayeesResponse> ListPayees(ListPayeesRequest request, ServerCallContext context) =>
        listPayees.Handle(request, context.Call());

    [CalledBy(Roles.FinanceApprover)]
    public override Task<PutEnvelopeResponse> PutEnvelope(PutEnvelopeRequest request, ServerCallContext context) =>
        putEnvelope.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor)]
    public override Task<ListEnvelopesResponse> ListEnvelopes(ListEnvelopesRequest request, ServerCallContext context) =>
        listEnvelopes.Handle(request, context.Call());

    [CalledBy(Roles.FinanceApprover)]
    public override Task<PutDebtorResponse> PutDebtor(PutDebtorRequest request, ServerCallContext context) =>
        putDebtor.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<ListLinesResponse> ListLines(ListLinesRequest request, ServerCallContext context) =>
        listLines.Handle(request, context.Call());

    [CalledBy(Roles.FinanceApprover)]
    public override Task<CloseFiscalYearResponse> CloseFiscalYear(CloseFiscalYearRequest request, ServerCallContext context) =>
        closeFiscalYear.Handle(request, context.Call());

    [CalledBy(Roles.FinanceApprover)]
    public override Task<CarryLateLinesResponse> CarryLateLines(CarryLateLinesRequest request, ServerCallContext context) =>
        carryLateLines.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<ChooseLinePayeeResponse> ChooseLinePayee(ChooseLinePayeeRequest request, ServerCallContext context) =>
        chooseLinePayee.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<ApproveLinesResponse> ApproveLines(ApproveLinesRequest request, ServerCallContext context) =>
        approveLines.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<ApproveProgrammeLinesResponse> ApproveProgrammeLines(ApproveProgrammeLinesRequest request, ServerCallContext context) =>
        approveProgrammeLines.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer)]
    public override Task<ProposePaymentRunResponse> ProposePaymentRun(ProposePaymentRunRequest request, ServerCallContext context) =>
        proposePaymentRun.Handle(request, context.Call());

    [CalledBy(Roles.FinanceApprover)]
    public override Task<ApprovePaymentRunResponse> ApprovePaymentRun(ApprovePaymentRunRequest request, ServerCallContext context) =>
        approvePaymentRun.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task<WithdrawPaymentRunResponse> WithdrawPaymentRun(WithdrawPaymentRunRequest request, ServerCallContext context) =>
        withdrawPaymentRun.Handle(request, context.Call());

    [CalledBy(Roles.FinanceReleaser)]
    public override Task<ReleasePaymentRunResponse> ReleasePaymentRun(ReleasePaymentRunRequest request, ServerCallContext context) =>
        releasePaymentRun.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task<GetPaymentRunResponse> GetPaymentRun(GetPaymentRunRequest request, ServerCallContext context) =>
        getPaymentRun.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task<ListPaymentRunsResponse> ListPaymentRuns(ListPaymentRunsRequest request, ServerCallContext context) =>
        listPaymentRuns.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task<ListPaymentsResponse> ListPayments(ListPaymentsRequest request, ServerCallContext context) =>
        listPayments.Handle(request, context.Call());

    [CalledBy(Roles.FinanceReleaser)]
    public override Task<GetPaymentFileResponse> GetPaymentFile(GetPaymentFileRequest request, ServerCallContext context) =>
        getPaymentFile.Handle(request, context.Call());

    [CalledBy(Roles.FinanceReleaser)]
    public override Task ExportPaymentFile(
        ExportPaymentFileRequest request, IServerStreamWriter<ExportPaymentFileResponse> responseStream, ServerCallContext context) =>
        exportPaymentFile.Handle(request, part => responseStream.WriteAsync(part, context.CancellationToken), context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task<ReconcileLedgerResponse> ReconcileLedger(ReconcileLedgerRequest request, ServerCallContext context) =>
        reconcileLedger.Handle(request, context.Call());
}
