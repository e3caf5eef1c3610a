using Grpc.Core;
using Intervision.Intake.Indicators;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Coordinator, Roles.Auditor)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    public override Task<ReportIndicatorsResponse> ReportIndicators(ReportIndicatorsRequest request, ServerCallContext context) =>
        Run(Of<ReportIndicators>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    public override Task<FreezeIndicatorsResponse> FreezeIndicators(FreezeIndicatorsRequest request, ServerCallContext context) =>
        Run(Of<FreezeIndicators>().Handle, request, context);

    [CalledBy(Roles.Coordinator, Roles.Auditor)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    public override Task<ListFrozenIndicatorsResponse> ListFrozenIndicators(ListFrozenIndicatorsRequest request, ServerCallContext context) =>
        Run(Of<ListFrozenIndicators>().Handle, request, context);

    [CalledBy(Roles.Coordinator, Roles.Auditor)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    public override Task<GetFrozenIndicatorsResponse> GetFrozenIndicators(GetFrozenIndicatorsRequest request, ServerCallContext context) =>
        Run(Of<GetFrozenIndicators>().Handle, request, context);
}

/// <summary>The verbs behind them.</summary>
internal static class IndicatorVerbs
{
    public static IServiceCollection AddIndicatorVerbs(this IServiceCollection services) => services
        .AddSingleton<ReportIndicators>()
        .AddSingleton<FreezeIndicators>()
        .AddSingleton<ListFrozenIndicators>()
        .AddSingleton<GetFrozenIndicators>();
}
