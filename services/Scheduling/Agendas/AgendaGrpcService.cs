using Grpc.Core;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Agendas;

/// <summary>RPC → slice; nothing else.</summary>
internal sealed class AgendaGrpcService(IServiceProvider slices) : AgendaService.AgendaServiceBase
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<PlaceCaseResponse> PlaceCase(PlaceCaseRequest request, ServerCallContext context) =>
        Of<PlaceCase>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<TakeCaseOffResponse> TakeCaseOff(TakeCaseOffRequest request, ServerCallContext context) =>
        Of<TakeCaseOff>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<MoveCaseResponse> MoveCase(MoveCaseRequest request, ServerCallContext context) =>
        Of<MoveCase>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ReorderAgendaResponse> ReorderAgenda(ReorderAgendaRequest request, ServerCallContext context) =>
        Of<ReorderAgenda>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<RecordAbsentPhysicianResponse> RecordAbsentPhysician(RecordAbsentPhysicianRequest request, ServerCallContext context) =>
        Of<RecordAbsentPhysician>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ReviewItemResponse> ReviewItem(ReviewItemRequest request, ServerCallContext context) =>
        Of<ReviewItem>().Handle(request, context.Call());

    private T Of<T>()
        where T : notnull => slices.GetRequiredService<T>();
}

/// <summary>The verbs of the agenda by hand.</summary>
internal static class AgendaSlices
{
    public static IServiceCollection AddAgendaByHand(this IServiceCollection services) =>
        services.AddSingleton<PlaceCase>().AddSingleton<TakeCaseOff>().AddSingleton<MoveCase>()
            .AddSingleton<ReorderAgenda>().AddSingleton<RecordAbsentPhysician>().AddSingleton<ReviewItem>()
            .AddHostedService<SchedulingMeters>();
}
