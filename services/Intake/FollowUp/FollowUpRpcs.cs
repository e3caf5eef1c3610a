using Grpc.Core;
using Intervision.Intake.FollowUp;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<OpenFollowUpResponse> OpenFollowUp(OpenFollowUpRequest request, ServerCallContext context) =>
        Run(Of<OpenFollowUp>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<RecordOutcomeResponse> RecordOutcome(RecordOutcomeRequest request, ServerCallContext context) =>
        Run(Of<RecordOutcome>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<CloseCaseResponse> CloseCase(CloseCaseRequest request, ServerCallContext context) =>
        Run(Of<CloseCase>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<ReopenCaseResponse> ReopenCase(ReopenCaseRequest request, ServerCallContext context) =>
        Run(Of<ReopenCase>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<GetFollowUpResponse> GetFollowUp(GetFollowUpRequest request, ServerCallContext context) =>
        Run(Of<GetFollowUp>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<RecordReturnResponse> RecordReturn(RecordReturnRequest request, ServerCallContext context) =>
        Run(Of<RecordReturn>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<ListDueFollowUpsResponse> ListDueFollowUps(ListDueFollowUpsRequest request, ServerCallContext context) =>
        Run(Of<ListDueFollowUps>().Handle, request, context);

    [CalledBy(Roles.Referent, Roles.Professional, Within = Within.TiedToCase)]
    public override Task<ReadDecisionsResponse> ReadDecisions(ReadDecisionsRequest request, ServerCallContext context) =>
        Run(Of<ReadDecisions>().Handle, request, context);
}

/// <summary>The verbs behind them.</summary>
internal static class FollowUpVerbs
{
    public static IServiceCollection AddFollowUpVerbs(this IServiceCollection services) => services
        .AddSingleton<OpenFollowUp>()
        .AddSingleton<RecordOutcome>()
        .AddSingleton<CloseCase>()
        .AddSingleton<ReopenCase>()
        .AddSingleton<GetFollowUp>()
        .AddSingleton<RecordReturn>()
        .AddSingleton<ListDueFollowUps>()
        .AddSingleton<ReadDecisions>();
}
