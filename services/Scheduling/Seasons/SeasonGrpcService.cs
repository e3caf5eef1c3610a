using Grpc.Core;
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
    public override Task<CancelSessionResponse> CancelSession(CancelSessionRequest request, ServerCallContext context) =>
        Of<CancelSession>().Handle(request, context.Call());

    private T Of<T>()
        where T : notnull => slices.GetRequiredService<T>();
}

internal static class SeasonSlices
{
    public static IServiceCollection AddSeasons(this IServiceCollection services) => services
        .AddSingleton<PutSeasonRules>().AddSingleton<ReplanSeason>().AddSingleton<MoveSession>().AddSingleton<CancelSession>();
}
