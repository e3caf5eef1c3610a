using Grpc.Core;
using Intervision.Intake.Alerts;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    public override Task<DraftAlertResponse> DraftAlert(DraftAlertRequest request, ServerCallContext context) =>
        Run(Of<DraftAlert>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    public override Task<UpdateAlertResponse> UpdateAlert(UpdateAlertRequest request, ServerCallContext context) =>
        Run(Of<UpdateAlert>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    public override Task<ValidateAlertResponse> ValidateAlert(ValidateAlertRequest request, ServerCallContext context) =>
        Run(Of<ValidateAlert>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    public override Task<TransmitAlertResponse> TransmitAlert(TransmitAlertRequest request, ServerCallContext context) =>
        Run(Of<TransmitAlert>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    public override Task<RecordAlertAnswerResponse> RecordAlertAnswer(RecordAlertAnswerRequest request, ServerCallContext context) =>
        Run(Of<RecordAlertAnswer>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    public override Task<CloseAlertResponse> CloseAlert(CloseAlertRequest request, ServerCallContext context) =>
        Run(Of<CloseAlert>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    public override Task<AbandonAlertResponse> AbandonAlert(AbandonAlertRequest request, ServerCallContext context) =>
        Run(Of<AbandonAlert>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Auditor, Within = Within.SentToThem)]
    public override Task<ListAlertsResponse> ListAlerts(ListAlertsRequest request, ServerCallContext context) =>
        Run(Of<ListAlerts>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Auditor, Within = Within.SentToThem)]
    public override Task<GetAlertResponse> GetAlert(GetAlertRequest request, ServerCallContext context) =>
        Run(Of<GetAlert>().Handle, request, context);
}

/// <summary>The verbs behind them.</summary>
internal static class AlertVerbs
{
    public static IServiceCollection AddAlertVerbs(this IServiceCollection services) => services
        .AddSingleton<AlertVault>()
        .AddSingleton<DraftAlert>()
        .AddSingleton<UpdateAlert>()
        .AddSingleton<ValidateAlert>()
        .AddSingleton<TransmitAlert>()
        .AddSingleton<RecordAlertAnswer>()
        .AddSingleton<CloseAlert>()
        .AddSingleton<AbandonAlert>()
        .AddSingleton<ListAlerts>()
        .AddSingleton<GetAlert>();
}
