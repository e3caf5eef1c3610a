using Grpc.Core;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Seasons;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling;

/// <summary>RPC → slice; nothing else.</summary>
internal sealed class SchedulingGrpcService(IServiceProvider slices) : SchedulingService.SchedulingServiceBase
{
    [CalledBy(Roles.Coordinator)]
    public override Task<PutCalendarResponse> PutCalendar(PutCalendarRequest request, ServerCallContext context) =>
        Of<PutCalendar>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<PlanSeasonResponse> PlanSeason(PlanSeasonRequest request, ServerCallContext context) =>
        Of<PlanSeason>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator, Roles.Auditor, Roles.Service)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<GetSessionResponse> GetSession(GetSessionRequest request, ServerCallContext context) =>
        Of<GetSession>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator, Roles.Auditor, Roles.Service)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context) =>
        Of<ListSessions>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ListWaitingCasesResponse> ListWaitingCases(ListWaitingCasesRequest request, ServerCallContext context) =>
        Of<ListWaitingCases>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<PlaceReadyCasesResponse> PlaceReadyCases(PlaceReadyCasesRequest request, ServerCallContext context) =>
        Of<PlaceReadyCases>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<FreezeAgendaResponse> FreezeAgenda(FreezeAgendaRequest request, ServerCallContext context) =>
        Of<FreezeAgenda>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<HoldPreparatoryMeetingResponse> HoldPreparatoryMeeting(HoldPreparatoryMeetingRequest request, ServerCallContext context) =>
        Of<HoldPreparatoryMeeting>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ConveneSessionResponse> ConveneSession(ConveneSessionRequest request, ServerCallContext context) =>
        Of<ConveneSession>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.HostCoordinator, Roles.Professional, Within = Within.OwnSessions)]
    public override Task<OpenSessionResponse> OpenSession(OpenSessionRequest request, ServerCallContext context) =>
        Of<OpenSession>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.HostCoordinator, Roles.Professional, Within = Within.OwnSessions)]
    public override Task<CloseItemResponse> CloseItem(CloseItemRequest request, ServerCallContext context) =>
        Of<CloseItem>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<RecordAttendanceResponse> RecordAttendance(RecordAttendanceRequest request, ServerCallContext context) =>
        Of<RecordAttendance>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Within = Within.OwnPoles)]
    [CalledBy(Roles.HostCoordinator, Roles.Professional, Within = Within.OwnSessions)]
    public override Task<CloseSessionResponse> CloseSession(CloseSessionRequest request, ServerCallContext context) =>
        Of<CloseSession>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<RecordPresentationsResponse> RecordPresentations(RecordPresentationsRequest request, ServerCallContext context) =>
        Of<RecordPresentations>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<CertifyAttendanceResponse> CertifyAttendance(CertifyAttendanceRequest request, ServerCallContext context) =>
        Of<CertifyAttendance>().Handle(request, context.Call());

    private T Of<T>()
        where T : notnull => slices.GetRequiredService<T>();
}
