using Grpc.Core;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership;

internal sealed partial class MembershipGrpcService
{
    [CalledBy(
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Service)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    [CalledBy(Roles.Cpts, Within = Within.OwnTerritory)]
    public override Task<GetProfessionalResponse> GetProfessional(GetProfessionalRequest request, ServerCallContext context) =>
        Of<ReadProfessionals>().Get(request, context.Call());

    [CalledBy(
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Service)]
    public override Task<ListProfessionalsResponse> ListProfessionals(ListProfessionalsRequest request, ServerCallContext context) =>
        Of<ReadProfessionals>().List(request, context.Call());

    [CalledBy(
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Service)]
    [CalledBy(Roles.Cpts, Within = Within.OwnTerritory)]
    public override Task<SearchProfessionalsResponse> SearchProfessionals(SearchProfessionalsRequest request, ServerCallContext context) =>
        Of<SearchProfessionals>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<RegisterProfessionalResponse> RegisterProfessional(RegisterProfessionalRequest request, ServerCallContext context) =>
        Of<RegisterProfessional>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<UpdateProfessionalResponse> UpdateProfessional(UpdateProfessionalRequest request, ServerCallContext context) =>
        Of<UpdateProfessional>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<StartActivityResponse> StartActivity(StartActivityRequest request, ServerCallContext context) =>
        Of<StartActivity>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<EndActivityResponse> EndActivity(EndActivityRequest request, ServerCallContext context) =>
        Of<EndActivity>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<DesignateExpertResponse> DesignateExpert(DesignateExpertRequest request, ServerCallContext context) =>
        Of<DesignateExpert>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<EndExpertDesignationResponse> EndExpertDesignation(EndExpertDesignationRequest request, ServerCallContext context) =>
        Of<EndExpertDesignation>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<AcceptCharterResponse> AcceptCharter(AcceptCharterRequest request, ServerCallContext context) =>
        Of<AcceptCharter>().Handle(request, context.Call());
}

/// <summary>The verbs behind them.</summary>
internal static class ProfessionalVerbs
{
    public static IServiceCollection AddProfessionalVerbs(this IServiceCollection services) => services
        .AddSingleton<ReadProfessionals>()
        .AddSingleton<SearchProfessionals>()
        .AddSingleton<RegisterProfessional>()
        .AddSingleton<UpdateProfessional>()
        .AddSingleton<StartActivity>()
        .AddSingleton<EndActivity>()
        .AddSingleton<DesignateExpert>()
        .AddSingleton<EndExpertDesignation>()
        .AddSingleton<AcceptCharter>();
}
