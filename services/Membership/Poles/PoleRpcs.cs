using Grpc.Core;
using Intervision.Membership.Poles;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership;

internal sealed partial class MembershipGrpcService
{
    [CalledBy(
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.Professional, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser,
        Roles.Auditor, Roles.Service)]
    [CalledBy(Roles.Cpts, Within = Within.OwnTerritory)]
    public override Task<ResolvePoleResponse> ResolvePole(ResolvePoleRequest request, ServerCallContext context) =>
        Of<ResolvePole>().Handle(request, context.Call());

    [CalledBy(
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.Professional, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser,
        Roles.Auditor, Roles.Service)]
    [CalledBy(Roles.Cpts, Within = Within.OwnTerritory)]
    public override Task<GetPoleResponse> GetPole(GetPoleRequest request, ServerCallContext context) =>
        Of<ReadPoles>().Get(request, context.Call());

    [CalledBy(
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.Professional, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser,
        Roles.Auditor, Roles.Service)]
    [CalledBy(Roles.Cpts, Within = Within.OwnTerritory)]
    public override Task<ListPolesResponse> ListPoles(ListPolesRequest request, ServerCallContext context) =>
        Of<ReadPoles>().List(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<CreatePoleResponse> CreatePole(CreatePoleRequest request, ServerCallContext context) =>
        Of<CreatePole>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<UpdatePoleResponse> UpdatePole(UpdatePoleRequest request, ServerCallContext context) =>
        Of<UpdatePole>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<AppointReferentResponse> AppointReferent(AppointReferentRequest request, ServerCallContext context) =>
        Of<AppointReferent>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<EndReferentResponse> EndReferent(EndReferentRequest request, ServerCallContext context) =>
        Of<EndReferent>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<ActivatePoleResponse> ActivatePole(ActivatePoleRequest request, ServerCallContext context) =>
        Of<ActivatePole>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<SuspendPoleResponse> SuspendPole(SuspendPoleRequest request, ServerCallContext context) =>
        Of<SuspendPole>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<ClosePoleResponse> ClosePole(ClosePoleRequest request, ServerCallContext context) =>
        Of<ClosePole>().Handle(request, context.Call());
}

/// <summary>The verbs behind them.</summary>
internal static class PoleVerbs
{
    public static IServiceCollection AddPoleVerbs(this IServiceCollection services) => services
        .AddSingleton<ResolvePole>()
        .AddSingleton<ReadPoles>()
        .AddSingleton<CreatePole>()
        .AddSingleton<UpdatePole>()
        .AddSingleton<AppointReferent>()
        .AddSingleton<EndReferent>()
        .AddSingleton<ActivatePole>()
        .AddSingleton<SuspendPole>()
        .AddSingleton<ClosePole>();
}
