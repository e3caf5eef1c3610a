using Grpc.Core;
using Intervision.Intake.Email;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Coordinator, Roles.Service)]
    public override Task<SubmitEmailResponse> SubmitEmail(SubmitEmailRequest request, ServerCallContext context) =>
        Run(Of<SubmitEmail>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Professional, Roles.Referent, Within = Within.Oneself)]
    public override Task<CompleteCaseResponse> CompleteCase(CompleteCaseRequest request, ServerCallContext context) =>
        Run(Of<CompleteCase>().Handle, request, context);
}

/// <summary>The verbs behind them.</summary>
internal static class EmailVerbs
{
    public static IServiceCollection AddEmailVerbs(this IServiceCollection services) => services
        .AddSingleton<SubmitEmail>()
        .AddSingleton<CompleteCase>();
}
