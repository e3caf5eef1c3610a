using Grpc.Core;
using Intervision.Intake.Library;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Microsoft.AspNetCore.Authorization;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<ProposeLibraryCaseResponse> ProposeLibraryCase(ProposeLibraryCaseRequest request, ServerCallContext context) =>
        Run(Of<ProposeLibraryCase>().Handle, request, context);

    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<ReviewLibraryCaseResponse> ReviewLibraryCase(ReviewLibraryCaseRequest request, ServerCallContext context) =>
        Run(Of<ReviewLibraryCase>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<WithdrawLibraryProposalResponse> WithdrawLibraryProposal(WithdrawLibraryProposalRequest request, ServerCallContext context) =>
        Run(Of<WithdrawLibraryProposal>().Handle, request, context);

    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<ReadLibraryProposalResponse> ReadLibraryProposal(ReadLibraryProposalRequest request, ServerCallContext context) =>
        Run(Of<ReadLibraryProposal>().Handle, request, context);

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<ListLibraryProposalsResponse> ListLibraryProposals(ListLibraryProposalsRequest request, ServerCallContext context) =>
        Run(Of<ListLibraryProposals>().Handle, request, context);

    [CalledBy(Roles.Coordinator, Roles.Service)]
    public override Task<PublishLibraryCasesResponse> PublishLibraryCases(PublishLibraryCasesRequest request, ServerCallContext context) =>
        Run(Of<PublishLibraryCases>().Handle, request, context);

    [CalledBy(Roles.Coordinator, Roles.Referent)]
    public override Task<RetractLibraryCaseResponse> RetractLibraryCase(RetractLibraryCaseRequest request, ServerCallContext context) =>
        Run(Of<RetractLibraryCase>().Handle, request, context);

    [AllowAnonymous]
    [CalledByAnyone]
    public override Task<SearchLibraryResponse> SearchLibrary(SearchLibraryRequest request, ServerCallContext context) =>
        Run(Of<SearchLibrary>().Handle, request, context);

    [AllowAnonymous]
    [CalledByAnyone]
    public override Task<GetLibraryCaseResponse> GetLibraryCase(GetLibraryCaseRequest request, ServerCallContext context) =>
        Run(Of<GetLibraryCase>().Handle, request, context);
}

/// <summary>The verbs behind them, and the timer that does by itself what Development asks for by RPC.</summary>
internal static class LibraryVerbs
{
    public static IServiceCollection AddLibraryVerbs(this IServiceCollection services, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment())
        {
            services.AddHostedService<LibraryPublication>();
        }

        return services
            .AddSingleton<ProposeLibraryCase>()
            .AddSingleton<ReviewLibraryCase>()
            .AddSingleton<WithdrawLibraryProposal>()
            .AddSingleton<ReadLibraryProposal>()
            .AddSingleton<ListLibraryProposals>()
            .AddSingleton<PublishLibraryCases>()
            .AddSingleton<RetractLibraryCase>()
            .AddSingleton<ReadingRoom>()
            .AddSingleton<SearchLibrary>()
            .AddSingleton<GetLibraryCase>();
    }
}
