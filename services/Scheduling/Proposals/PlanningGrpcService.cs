using Grpc.Core;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Proposals;

/// <summary>RPC → slice; nothing else.</summary>
internal sealed class PlanningGrpcService(ProposePlan proposePlan, ProposeRepair proposeRepair, ApplyRepair applyRepair) : PlanningService.PlanningServiceBase
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ProposePlanResponse> ProposePlan(ProposePlanRequest request, ServerCallContext context) =>
        proposePlan.Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ProposeRepairResponse> ProposeRepair(ProposeRepairRequest request, ServerCallContext context) =>
        proposeRepair.Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ApplyRepairResponse> ApplyRepair(ApplyRepairRequest request, ServerCallContext context) =>
        applyRepair.Handle(request, context.Call());
}

/// <summary>Plans and repairs, proposed, and the repair that was picked.</summary>
internal static class ProposalSlices
{
    public static IServiceCollection AddProposals(this IServiceCollection services) =>
        services.AddSingleton<ProposePlan>().AddSingleton<ProposeRepair>().AddSingleton<ApplyRepair>();

    public static void MapProposals(this WebApplication app) => app.MapGrpcService<PlanningGrpcService>().RequireAuthorization();
}
