using Grpc.Core;
using Intervision.Membership.Organisations;
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
    public override Task<GetOrganisationResponse> GetOrganisation(GetOrganisationRequest request, ServerCallContext context) =>
        Of<ReadOrganisations>().Get(request, context.Call());

    [CalledBy(
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.Professional, Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser,
        Roles.Auditor, Roles.Service)]
    [CalledBy(Roles.Cpts, Within = Within.OwnTerritory)]
    public override Task<ListOrganisationsResponse> ListOrganisations(ListOrganisationsRequest request, ServerCallContext context) =>
        Of<ReadOrganisations>().List(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<CreateOrganisationResponse> CreateOrganisation(CreateOrganisationRequest request, ServerCallContext context) =>
        Of<CreateOrganisation>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<UpdateOrganisationResponse> UpdateOrganisation(UpdateOrganisationRequest request, ServerCallContext context) =>
        Of<UpdateOrganisation>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<JoinProgrammeResponse> JoinProgramme(JoinProgrammeRequest request, ServerCallContext context) =>
        Of<JoinProgramme>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<LeaveProgrammeResponse> LeaveProgramme(LeaveProgrammeRequest request, ServerCallContext context) =>
        Of<LeaveProgramme>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.Service)]
    public override Task<ListNewPartnersResponse> ListNewPartners(ListNewPartnersRequest request, ServerCallContext context) =>
        Of<ListNewPartners>().Handle(request, context.Call());
}

/// <summary>The verbs behind them.</summary>
internal static class OrganisationVerbs
{
    public static IServiceCollection AddOrganisationVerbs(this IServiceCollection services) => services
        .AddSingleton<ReadOrganisations>()
        .AddSingleton<CreateOrganisation>()
        .AddSingleton<UpdateOrganisation>()
        .AddSingleton<JoinProgramme>()
        .AddSingleton<LeaveProgramme>()
        .AddSingleton<ListNewPartners>();
}
