using Google.Protobuf;
using Grpc.Core;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>A verb ready to be called, as often and by whom a test wants.</summary>
/// <param name="Call">(request id, etag, session name, who) → response.</param>
/// <param name="Who">Somebody who may.</param>
/// <param name="Session">Empty for verbs on a pôle.</param>
internal sealed record Prepared(
    Stage Stage, Func<string, string, string, DevelopmentClaims, Task<IMessage>> Call, DevelopmentClaims Who, string Session, string Etag, int EventsAdded)
{
    public bool HasEtag => Etag.Length > 0;

    public Task<IMessage> Go(string requestId, string? etag = null, string? name = null, DevelopmentClaims? who = null) =>
        Call(requestId, etag ?? Etag, name ?? Session, who ?? Who);
}

/// <summary>Every mutating verb, just before it is due.</summary>
internal static class Verbs
{
    public static readonly string[] OnSessions =
        [.. AgendaVerbs.All, .. SessionDayVerbs.All, "FreezeAgenda", "HoldPreparatoryMeeting", "ConveneSession", "OpenSession", "CloseItem", "RecordAttendance", "RecordPresentations", "CloseSession", "CertifyAttendance", "ApplyRepair", .. SeasonVerbs.OnSessions];

    public static readonly string[] All = ["PutCalendar", "PlanSeason", "PlaceReadyCases", .. SeasonVerbs.OnPoles, .. OnSessions];

    public static async Task<Prepared> Prepare(string verb, SchedulingFixture fixture)
    {
        var stage = await new Stage(fixture).Set();
        return verb switch
        {
            "PutCalendar" => PutCalendar(stage),
            "PlanSeason" => PlanSeason(stage),
            "PlaceReadyCases" => await PlaceReadyCases(stage),
            "FreezeAgenda" => On(stage, await stage.Planned(), Stage.Start.AddDays(-10), 0, async (id, etag, name, headers) =>
                await stage.Client.FreezeAgendaAsync(new FreezeAgendaRequest { RequestId = id, Name = name, Etag = etag }, headers)),
            "HoldPreparatoryMeeting" => On(stage, await stage.Frozen(), Stage.Start.AddDays(-5), 0, async (id, etag, name, headers) =>
                await stage.Client.HoldPreparatoryMeetingAsync(
                    new HoldPreparatoryMeetingRequest { RequestId = id, Name = name, Etag = etag, MeetingDate = new DateOnly(2026, 8, 27).ToProto() }, headers)),
            "ConveneSession" => On(stage, await stage.Frozen(), Stage.Start.AddDays(-7), 1, async (id, etag, name, headers) =>
                await stage.Client.ConveneSessionAsync(new ConveneSessionRequest { RequestId = id, Name = name, Etag = etag, Expert = stage.Expert }, headers)),
            "OpenSession" => On(stage, await stage.Convened(), Stage.Start, 0, async (id, etag, name, headers) =>
                await stage.Client.OpenSessionAsync(new OpenSessionRequest { RequestId = id, Name = name, Etag = etag }, headers)),
            "CloseItem" => On(stage, await stage.Opened(), Stage.Start.AddMinutes(30), 1, async (id, etag, name, headers) =>
                await stage.Client.CloseItemAsync(
                    new CloseItemRequest { RequestId = id, Name = name, Etag = etag, Case = stage.Case(1), Present = { stage.Referent, stage.Expert } }, headers)),
            "RecordAttendance" => On(stage, await stage.Opened(), Stage.Start.AddMinutes(50), 0, async (id, etag, name, headers) =>
                await stage.Client.RecordAttendanceAsync(
                    new RecordAttendanceRequest { RequestId = id, Name = name, Etag = etag, Lines = { stage.Line(stage.Physician, SessionRole.AttendingPhysician) } }, headers)),
            "RecordPresentations" => On(stage, await stage.Opened(), Stage.Start.AddMinutes(15), 1, async (id, etag, name, headers) =>
                await stage.Client.RecordPresentationsAsync(
                    new RecordPresentationsRequest { RequestId = id, Name = name, Etag = etag, Organisations = { "organisations/590000014" } }, headers)),
            "CloseSession" => On(stage, await stage.Opened(1), Stage.Start.AddMinutes(60), 2, async (id, etag, name, headers) =>
                await stage.Client.CloseSessionAsync(new CloseSessionRequest { RequestId = id, Name = name, Etag = etag }, headers)),
            "CertifyAttendance" => On(stage, await stage.Held(), Stage.Start.AddHours(2), 1, async (id, etag, name, headers) =>
                await stage.Client.CertifyAttendanceAsync(new CertifyAttendanceRequest { RequestId = id, Name = name, Etag = etag }, headers)),
            "ApplyRepair" => On(stage, await stage.Planned(), Stage.Summer, 1, async (id, etag, name, headers) =>
                await new PlanningService.PlanningServiceClient(stage.Fixture.Invoker).ApplyRepairAsync(
                    new ApplyRepairRequest
                    {
                        RequestId = id,
                        Steps = { new ProposeRepairResponse.Types.Step { Verb = "MoveSession", Session = name, Etag = etag, Date = new DateOnly(2026, 9, 10).ToProto() } },
                    },
                    headers)),
            _ when SessionDayVerbs.All.Contains(verb) => await SessionDayVerbs.Prepare(verb, stage),
            _ when AgendaVerbs.All.Contains(verb) => await AgendaVerbs.Prepare(verb, stage),
            _ => await SeasonVerbs.Prepare(verb, stage),
        };
    }

    private static Prepared PutCalendar(Stage stage) => new(
        stage,
        async (id, etag, name, who) => await stage.Client.PutCalendarAsync(
            new PutCalendarRequest
            {
                RequestId = id,
                PublicHolidays = { new PutCalendarRequest.Types.PublicHoliday { Date = new DateOnly(2031, 1, 2).ToProto(), DisplayName = etag.Length == 0 ? "Pont" : "Autre" } },
            },
            stage.As(who, Stage.Summer)),
        stage.Coordinator,
        "",
        "",
        0);

    private static Prepared PlanSeason(Stage stage) => new(
        stage,
        async (id, etag, name, who) => await stage.Client.PlanSeasonAsync(
            new PlanSeasonRequest
            {
                RequestId = id, Pole = name.Length == 0 ? stage.Pole : name, FirstDate = new DateOnly(2026, 9, 1).ToProto(), LastDate = new DateOnly(2026, 9, etag.Length == 0 ? 30 : 29).ToProto(),
            },
            stage.As(who, Stage.Summer)),
        stage.Coordinator,
        "",
        "",
        0);

    private static async Task<Prepared> PlaceReadyCases(Stage stage)
    {
        await stage.Plan();
        await stage.Ready(1);
        return new Prepared(
            stage,
            async (id, etag, name, who) => await stage.Client.PlaceReadyCasesAsync(
                new PlaceReadyCasesRequest { RequestId = id, Pole = (name.Length == 0 ? stage.Pole : name) + etag }, stage.As(who, Stage.Summer)),
            stage.Coordinator,
            "",
            "",
            0);
    }

    internal static Prepared On(Stage stage, Session session, DateTimeOffset now, int events, Func<string, string, string, Metadata, Task<IMessage>> call) =>
        new(stage, (id, etag, name, who) => call(id, etag, name, stage.As(who, now)), stage.Coordinator, session.Name, session.Etag, events);
}
