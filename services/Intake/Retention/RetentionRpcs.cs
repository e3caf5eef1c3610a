using Grpc.Core;
using Intervision.Intake.Retention;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Coordinator, Roles.Service)]
    public override Task<EraseExpiredResponse> EraseExpired(EraseExpiredRequest request, ServerCallContext context) =>
        Run(Of<EraseExpired>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    public override Task<EraseCaseResponse> EraseCase(EraseCaseRequest request, ServerCallContext context) =>
        Run(Of<EraseCase>().Handle, request, context);

    [CalledBy(Roles.Coordinator, Roles.Auditor)]
    public override Task<ListErasuresResponse> ListErasures(ListErasuresRequest request, ServerCallContext context) =>
        Run(Of<ListErasures>().Handle, request, context);

    [CalledBy(Roles.Auditor)]
    [CalledBy(Roles.Professional, Roles.Referent, Within = Within.Oneself)]
    public override Task<ListConsentAttestationsResponse> ListConsentAttestations(ListConsentAttestationsRequest request, ServerCallContext context) =>
        Run(Of<ListConsentAttestations>().Handle, request, context);

    [CalledBy(Roles.Coordinator, Roles.Auditor, Roles.Service)]
    public override Task<ReportRetentionResponse> ReportRetention(ReportRetentionRequest request, ServerCallContext context) =>
        Run(Of<ReportRetention>().Handle, request, context);
}

/// <summary>The verbs behind them, and the timer that does by itself what Development asks for by RPC.</summary>
internal static class RetentionVerbs
{
    public static IServiceCollection AddRetentionVerbs(this IServiceCollection services, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment())
        {
            services.AddHostedService<DailyErasure>();
        }

        return services
            .AddSingleton<RetentionPolicy>()
            .AddSingleton<Erasing>()
            .AddSingleton<EraseExpired>()
            .AddSingleton<EraseCase>()
            .AddSingleton<ListErasures>()
            .AddSingleton<ListConsentAttestations>()
            .AddSingleton<ReportRetention>();
    }
}
