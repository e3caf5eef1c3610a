using Grpc.Core;
using Intervision.Membership.Conventions;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership;

internal sealed partial class MembershipGrpcService
{
    [CalledBy(Roles.Coordinator)]
    public override Task<DraftConventionResponse> DraftConvention(DraftConventionRequest request, ServerCallContext context) =>
        Of<DraftConvention>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<UpdateConventionResponse> UpdateConvention(UpdateConventionRequest request, ServerCallContext context) =>
        Of<UpdateConvention>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<SignConventionResponse> SignConvention(SignConventionRequest request, ServerCallContext context) =>
        Of<SignConvention>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<RenewConventionResponse> RenewConvention(RenewConventionRequest request, ServerCallContext context) =>
        Of<RenewConvention>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<TerminateConventionResponse> TerminateConvention(TerminateConventionRequest request, ServerCallContext context) =>
        Of<TerminateConvention>().Handle(request, context.Call());

    [CalledBy(
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor, Roles.Service)]
    public override Task<GetConventionResponse> GetConvention(GetConventionRequest request, ServerCallContext context) =>
        Of<ReadConventions>().Get(request, context.Call());

    [CalledBy(
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor, Roles.Service)]
    public override Task<ListConventionsResponse> ListConventions(ListConventionsRequest request, ServerCallContext context) =>
        Of<ReadConventions>().List(request, context.Call());
}

/// <summary>The verbs behind them.</summary>
internal static class ConventionVerbs
{
    public static IServiceCollection AddConventionVerbs(this IServiceCollection services) => services
        .AddSingleton<DraftConvention>()
        .AddSingleton<UpdateConvention>()
        .AddSingleton<SignConvention>()
        .AddSingleton<RenewConvention>()
        .AddSingleton<TerminateConvention>()
        .AddSingleton<ReadConventions>();
}
