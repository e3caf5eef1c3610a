using Grpc.Core;
using Intervision.Membership.Programmes;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership;

internal sealed partial class MembershipGrpcService
{
    [CalledByAnyone]
    public override Task<GetProgrammeResponse> GetProgramme(GetProgrammeRequest request, ServerCallContext context) =>
        Of<ReadProgrammes>().Get(request, context.Call());

    [CalledByAnyone]
    public override Task<ListProgrammesResponse> ListProgrammes(ListProgrammesRequest request, ServerCallContext context) =>
        Of<ReadProgrammes>().List(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<CreateProgrammeResponse> CreateProgramme(CreateProgrammeRequest request, ServerCallContext context) =>
        Of<CreateProgramme>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<UpdateProgrammeResponse> UpdateProgramme(UpdateProgrammeRequest request, ServerCallContext context) =>
        Of<UpdateProgramme>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task<PublishProgrammeDocumentResponse> PublishProgrammeDocument(PublishProgrammeDocumentRequest request, ServerCallContext context) =>
        Of<PublishProgrammeDocument>().Handle(request, context.Call());
}

/// <summary>The verbs behind them.</summary>
internal static class ProgrammeVerbs
{
    public static IServiceCollection AddProgrammeVerbs(this IServiceCollection services) => services
        .AddSingleton<ReadProgrammes>()
        .AddSingleton<CreateProgramme>()
        .AddSingleton<UpdateProgramme>()
        .AddSingleton<PublishProgrammeDocument>();
}
