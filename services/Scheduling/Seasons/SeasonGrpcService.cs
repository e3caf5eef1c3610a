using Grpc.Core;
using Intervision.Scheduling.Rooms;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Seasons;

/// <summary>RPC → slice; nothing else.</summary>
internal sealed class SeasonGrpcService(IServiceProvider slices) : SeasonService.SeasonServiceBase
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<PutSeasonRulesResponse> PutSeasonRules(PutSeasonRulesRequest request, ServerCallContext context) =>
        Of<PutSeasonRules>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ReplanSeasonResponse> ReplanSeason(ReplanSeasonRequest request, ServerCallContext context) =>
        Of<ReplanSeason>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<MoveSessionResponse> MoveSession(MoveSessionRequest request, ServerCallContext context) =>
        Of<MoveSession>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<AddSessionResponse> AddSession(AddSessionRequest request, ServerCallContext context) =>
        Of<AddSession>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<CancelSessionResponse> CancelSession(CancelSessionRequest request, ServerCallContext context) =>
        Of<CancelSession>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<PutRoomResponse> PutRoom(PutRoomRequest request, ServerCallContext context) =>
        Of<PutRoom>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator, Roles.Referent, Roles.HostCoordinator)]
    public override Task<ListRoomsResponse> ListRooms(ListRoomsRequest request, ServerCallContext context) =>
        Of<ListRooms>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<AssignRoomResponse> AssignRoom(AssignRoomRequest request, ServerCallContext context) =>
        Of<AssignRoom>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<GetVideoLinkResponse> GetVideoLink(GetVideoLinkRequest request, ServerCallContext context) =>
        Of<GetVideoLink>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<RenewVideoLinkResponse> RenewVideoLink(RenewVideoLinkRequest request, ServerCallContext context) =>
        Of<RenewVideoLink>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<SetFacilitatorResponse> SetFacilitator(SetFacilitatorRequest request, ServerCallContext context) =>
        Of<SetFacilitator>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<SetExpertResponse> SetExpert(SetExpertRequest request, ServerCallContext context) =>
        Of<SetExpert>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ProposeSubstitutesResponse> ProposeSubstitutes(ProposeSubstitutesRequest request, ServerCallContext context) =>
        Of<ProposeSubstitutes>().Handle(request, context.Call());

    private T Of<T>()
        where T : notnull => slices.GetRequiredService<T>();
}

internal static class SeasonSlices
{
    public static IServiceCollection AddSeasons(this IServiceCollection services) => services
        .AddSingleton<PutSeasonRules>().AddSingleton<ReplanSeason>().AddSingleton<MoveSession>().AddSingleton<AddSession>().AddSingleton<CancelSession>()
        .AddSingleton<IVideoRooms, UnguessableLinks>().AddSingleton<VideoLinks>().AddSingleton<GetVideoLink>().AddSingleton<RenewVideoLink>().AddSingleton<PutRoom>().AddSingleton<ListRooms>().AddSingleton<AssignRoom>()
        .AddSingleton<SetFacilitator>().AddSingleton<SetExpert>().AddSingleton<ProposeSubstitutes>();
}
