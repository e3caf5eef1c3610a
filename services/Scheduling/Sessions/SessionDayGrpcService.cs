using Grpc.Core;
using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.Links;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Sessions;

/// <summary>RPC → slice; nothing else.</summary>
internal sealed class SessionDayGrpcService(IServiceProvider slices) : SessionDayService.SessionDayServiceBase
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.HostCoordinator, Roles.Professional, Within = Within.OwnSessions)]
    public override Task<StartItemResponse> StartItem(StartItemRequest request, ServerCallContext context) =>
        Of<StartItem>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.HostCoordinator, Roles.Professional, Within = Within.OwnSessions)]
    public override Task<RecordPatientPresenceResponse> RecordPatientPresence(RecordPatientPresenceRequest request, ServerCallContext context) =>
        Of<RecordPatientPresence>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<CorrectAttendanceResponse> CorrectAttendance(CorrectAttendanceRequest request, ServerCallContext context) =>
        Of<CorrectAttendance>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<CountersignCorrectionResponse> CountersignCorrection(CountersignCorrectionRequest request, ServerCallContext context) =>
        Of<CountersignCorrection>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<ListCorrectionsResponse> ListCorrections(ListCorrectionsRequest request, ServerCallContext context) =>
        Of<ListCorrections>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator, Roles.Auditor)]
    public override Task<CountLinksResponse> CountLinks(CountLinksRequest request, ServerCallContext context) =>
        Of<CountLinks>().Handle(request, context.Call());

    private T Of<T>()
        where T : notnull => slices.GetRequiredService<T>();
}

/// <summary>The verbs of the session day.</summary>
internal static class SessionDaySlices
{
    public static IServiceCollection AddSessionDay(this IServiceCollection services) =>
        services.AddTransient<StartItem>().AddSingleton<RecordPatientPresence>()
            .AddSingleton<CorrectAttendance>().AddSingleton<CountersignCorrection>().AddSingleton<ListCorrections>().AddSingleton<CountLinks>();
}
