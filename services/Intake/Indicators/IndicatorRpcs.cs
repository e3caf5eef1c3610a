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
}
