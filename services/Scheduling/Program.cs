using Intervision.Indemnisation.Events.V1;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Scheduling;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Events;
using Intervision.Scheduling.Notices;
using Intervision.Scheduling.Proposals;
using Intervision.Scheduling.Seasons;
using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(args);
if (await builder.MigrateIfAsked(args, "scheduling", typeof(Program).Assembly))
{
    return;
}

builder.AddServiceDefaults("scheduling", handlers =>
{
    handlers.From("membership", InboxKind.Latest)
        .On<ProgrammeChanged>(OnProgrammeChanged.Handle)
        .On<PoleChanged>(OnPoleChanged.Handle)
        .On<ConventionChanged>(OnConventionChanged.Handle).On<OrganisationChanged>(OnOrganisationChanged.Handle)
        .On<ProfessionalChanged>(OnProfessionalChanged.Handle);
    handlers.From("intake", InboxKind.Contiguous)
        .On<CaseReady>(OnCaseReady.Handle)
        .On<CaseNoLongerReady>(OnCaseNoLongerReady.Handle)
        .On<ConsentWithdrawn>(OnConsentWithdrawn.Handle)
        .On<CaseErased>(OnCaseErased.Handle);
    handlers.From("indemnisation", InboxKind.Contiguous).On<SessionSettled>(OnSessionSettled.Handle);
});
builder.AddServiceClient<IntakeService.IntakeServiceClient>("intake");
builder.Services.AddSingleton<PutCalendar>().AddSingleton<PlanSeason>().AddSeasons().AddNotices();
builder.Services.AddSingleton<PlaceReadyCases>().AddSingleton<FreezeAgenda>().AddSingleton<ListWaitingCases>().AddSingleton<CloseItem>();
builder.Services.AddSingleton<GetSession>().AddSingleton<ListSessions>().AddSingleton<HoldPreparatoryMeeting>().AddSingleton<ConveneSession>();
builder.Services.AddTransient<ConsentCheck>().AddTransient<OpenSession>().AddSingleton<CloseSession>().AddSingleton<RecordPresentations>();
builder.Services.AddAgendaByHand().AddSessionDay().AddProposals();
builder.Services.AddSingleton<RecordAttendance>().AddSingleton<CertifyAttendance>();
builder.AddInvitationVerbs();

var app = builder.Build();
app.MapServiceDefaults();
app.MapGrpcService<SchedulingGrpcService>().RequireAuthorization();
app.MapGrpcService<AgendaGrpcService>().RequireAuthorization();
app.MapGrpcService<SeasonGrpcService>().RequireAuthorization();
app.MapGrpcService<NoticeGrpcService>().RequireAuthorization();
app.MapNotices();
app.MapGrpcService<SessionDayGrpcService>().RequireAuthorization();
app.MapInvitations();
app.MapProposals();
await app.RunAsync();

/// <summary>Named so that tests can start the service in their own process.</summary>
public partial class Program;
