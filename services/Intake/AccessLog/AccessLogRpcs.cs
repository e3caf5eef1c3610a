using Grpc.Core;
using Intervision.Intake.AccessLog;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Auditor)]
    [CalledBy(Roles.Professional, Roles.Referent, Within = Within.Oneself)]
    public override Task<ListCaseAccessesResponse> ListCaseAccesses(ListCaseAccessesRequest request, ServerCallContext context) =>
        Run(Of<ListCaseAccesses>().Handle, request, context);

    [CalledBy(Roles.Auditor)]
    public override Task ExportAccessLog(
        ExportAccessLogRequest request, IServerStreamWriter<ExportAccessLogResponse> responseStream, ServerCallContext context) =>
        Of<ExportAccessLog>().Handle(request, responseStream, context.Call());
}

/// <summary>The verbs behind them.</summary>
internal static class AccessLogVerbs
{
    public static IServiceCollection AddAccessLogVerbs(this IServiceCollection services) => services
        .AddSingleton<ListCaseAccesses>()
        .AddSingleton<ExportAccessLog>();
}
