using Grpc.Core;
using Intervision.Intake.Triage;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<TakeCaseResponse> TakeCase(TakeCaseRequest request, ServerCallContext context) =>
        Run(Of<TakeCase>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<RejectCaseResponse> RejectCase(RejectCaseRequest request, ServerCallContext context) =>
        Run(Of<RejectCase>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<RedirectCaseResponse> RedirectCase(RedirectCaseRequest request, ServerCallContext context) =>
        Run(Of<RedirectCase>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<MarkDuplicateResponse> MarkDuplicate(MarkDuplicateRequest request, ServerCallContext context) =>
        Run(Of<MarkDuplicate>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<AbandonCaseResponse> AbandonCase(AbandonCaseRequest request, ServerCallContext context) =>
        Run(Of<AbandonCase>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ReportWorkResponse> ReportWork(ReportWorkRequest request, ServerCallContext context) =>
        Run(Of<ReportWork>().Handle, request, context);

    [CalledBy(Roles.Referent, Roles.Professional, Within = Within.TiedToCase)]
    public override Task<ReadQuestionResponse> ReadQuestion(ReadQuestionRequest request, ServerCallContext context) =>
        Run(Of<ReadQuestion>().Handle, request, context);
}

/// <summary>The verbs behind them.</summary>
internal static class TriageVerbs
{
    public static IServiceCollection AddTriageVerbs(this IServiceCollection services) => services
        .AddSingleton<Idleness>()
        .AddSingleton<TakeCase>()
        .AddSingleton<RejectCase>()
        .AddSingleton<RedirectCase>()
        .AddSingleton<MarkDuplicate>()
        .AddSingleton<AbandonCase>()
        .AddSingleton<ReportWork>()
        .AddSingleton<ReadQuestion>();
}
