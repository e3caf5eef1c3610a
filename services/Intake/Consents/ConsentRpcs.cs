using Grpc.Core;
using Intervision.Intake.Consents;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<ListConsentRecordsResponse> ListConsentRecords(ListConsentRecordsRequest request, ServerCallContext context) =>
        Run(Of<ListConsentRecords>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<AmendConsentResponse> AmendConsent(AmendConsentRequest request, ServerCallContext context) =>
        Run(Of<AmendConsent>().Handle, request, context);

    [CalledBy(Roles.Coordinator, Roles.Service)]
    public override Task<ExpireConsentsResponse> ExpireConsents(ExpireConsentsRequest request, ServerCallContext context) =>
        Run(Of<ExpireConsents>().Handle, request, context);
}

/// <summary>The verbs behind them, and the timer that does by itself what Development asks for by RPC.</summary>
internal static class ConsentVerbs
{
    public static IServiceCollection AddConsentVerbs(this IServiceCollection services, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment())
        {
            services.AddHostedService<ConsentExpiry>();
        }

        return services.AddSingleton<ListConsentRecords>().AddSingleton<AmendConsent>().AddSingleton<ExpireConsents>();
    }
}
