using Grpc.Core;
using Intervision.Indemnisation.Reports.Ars;
using Intervision.Indemnisation.Reports.Books;
using Intervision.Indemnisation.Reports.Forecast;
using Intervision.Indemnisation.Reports.Replay;
using Intervision.Indemnisation.Reports.Statements;
using Intervision.Indemnisation.Reports.Tax;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Reports;

/// <summary>From RPC to report. The auditor gets no report that names a person.</summary>
internal sealed class ReportGrpcService(
    GetFundingReport getFundingReport,
    ListFundingRows listFundingRows,
    ExportFundingReport exportFundingReport,
    ExportStatement exportStatement,
    ExportFeeDeclaration exportFeeDeclaration,
    ExportAccruals exportAccruals,
    ExportJournal exportJournal,
    ForecastEnvelope forecastEnvelope,
    ReplayEvents replayEvents) : ReportService.ReportServiceBase
{
    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor)]
    public override Task<GetFundingReportResponse> GetFundingReport(GetFundingReportRequest request, ServerCallContext context) =>
        getFundingReport.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor)]
    public override Task<ListFundingRowsResponse> ListFundingRows(ListFundingRowsRequest request, ServerCallContext context) =>
        listFundingRows.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor)]
    public override Task ExportFundingReport(
        ExportFundingReportRequest request, IServerStreamWriter<ExportFundingReportResponse> responseStream, ServerCallContext context) =>
        exportFundingReport.Handle(
            request, (name, content) => responseStream.WriteAsync(new() { FileName = name, Content = content }, context.CancellationToken), context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task ExportStatement(
        ExportStatementRequest request, IServerStreamWriter<ExportStatementResponse> responseStream, ServerCallContext context) =>
        exportStatement.Handle(
            request, (name, content) => responseStream.WriteAsync(new() { FileName = name, Content = content }, context.CancellationToken), context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task ExportFeeDeclaration(
        ExportFeeDeclarationRequest request, IServerStreamWriter<ExportFeeDeclarationResponse> responseStream, ServerCallContext context) =>
        exportFeeDeclaration.Handle(
            request, (name, content) => responseStream.WriteAsync(new() { FileName = name, Content = content }, context.CancellationToken), context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task ExportAccruals(
        ExportAccrualsRequest request, IServerStreamWriter<ExportAccrualsResponse> responseStream, ServerCallContext context) =>
        exportAccruals.Handle(
            request, (name, content) => responseStream.WriteAsync(new() { FileName = name, Content = content }, context.CancellationToken), context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser)]
    public override Task ExportJournal(
        ExportJournalRequest request, IServerStreamWriter<ExportJournalResponse> responseStream, ServerCallContext context) =>
        exportJournal.Handle(
            request, (name, content) => responseStream.WriteAsync(new() { FileName = name, Content = content }, context.CancellationToken), context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor)]
    public override Task<ForecastEnvelopeResponse> ForecastEnvelope(ForecastEnvelopeRequest request, ServerCallContext context) =>
        forecastEnvelope.Handle(request, context.Call());

    [CalledBy(Roles.FinanceOfficer, Roles.Coordinator)]
    public override Task<ReplayEventsResponse> ReplayEvents(ReplayEventsRequest request, ServerCallContext context) =>
        replayEvents.Handle(request, context.Call());
}

/// <summary>The reports behind it.</summary>
internal static class ReportVerbs
{
    public static IServiceCollection AddReports(this IServiceCollection services) => services
        .AddSingleton<GetFundingReport>()
        .AddSingleton<ListFundingRows>()
        .AddSingleton<ExportFundingReport>()
        .AddSingleton<ExportStatement>()
        .AddSingleton<ExportFeeDeclaration>()
        .AddSingleton<ExportAccruals>()
        .AddSingleton<ExportJournal>()
        .AddSingleton<ForecastEnvelope>()
        .AddSingleton<ReplayEvents>();
}
