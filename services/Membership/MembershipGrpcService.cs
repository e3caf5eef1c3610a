using Grpc.Core;
using Intervision.Membership.Import;
using Intervision.Membership.Organisations;
using Intervision.Membership.Poles;
using Intervision.Membership.Professionals;
using Intervision.Membership.Programmes;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Membership;

/// <summary>RPC → slice, nothing else.</summary>
internal sealed class MembershipGrpcService(
    ImportDirectory import,
    ResolvePole resolve,
    ReadProgrammes programmes,
    ReadPoles poles,
    ReadOrganisations organisations,
    ReadProfessionals professionals) : MembershipService.MembershipServiceBase
{
    public override Task<ImportDirectoryResponse> ImportDirectory(IAsyncStreamReader<ImportDirectoryRequest> requestStream, ServerCallContext context) =>
        import.Handle(requestStream, context.Call());

    public override Task<ResolvePoleResponse> ResolvePole(ResolvePoleRequest request, ServerCallContext context) => resolve.Handle(request, context.Call());

    public override Task<GetProgrammeResponse> GetProgramme(GetProgrammeRequest request, ServerCallContext context) => programmes.Get(request, context.Call());

    public override Task<ListProgrammesResponse> ListProgrammes(ListProgrammesRequest request, ServerCallContext context) =>
        programmes.List(request, context.Call());

    public override Task<GetPoleResponse> GetPole(GetPoleRequest request, ServerCallContext context) => poles.Get(request, context.Call());

    public override Task<ListPolesResponse> ListPoles(ListPolesRequest request, ServerCallContext context) => poles.List(request, context.Call());

    public override Task<GetOrganisationResponse> GetOrganisation(GetOrganisationRequest request, ServerCallContext context) =>
        organisations.Get(request, context.Call());

    public override Task<ListOrganisationsResponse> ListOrganisations(ListOrganisationsRequest request, ServerCallContext context) =>
        organisations.List(request, context.Call());

    public override Task<GetProfessionalResponse> GetProfessional(GetProfessionalRequest request, ServerCallContext context) =>
        professionals.Get(request, context.Call());

    public override Task<ListProfessionalsResponse> ListProfessionals(ListProfessionalsRequest request, ServerCallContext context) =>
        professionals.List(request, context.Call());
}
