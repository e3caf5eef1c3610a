using Grpc.Core;
using Intervision.Intake.Urgency;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Coordinator, Roles.Service)]
    public override Task<RepeatAlertsResponse> RepeatAlerts(RepeatAlertsRequest request, ServerCallContext context) =>
        Run(Of<RepeatAlerts>().Handle, request, context);
}

/// <summary>The verb behind it, and the timer that does by itself what Development asks for by RPC.</summary>
internal static class UrgencyVerbs
{
    public static IServiceCollection AddUrgencyVerbs(this IServiceCollection services, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment())
        {
            services.AddHostedService<AlertRepetition>();
        }

        return services.AddSingleton<UrgentAlerts>().AddSingleton<RepeatAlerts>().AddHostedService<UrgencyMeters>();
    }
}
