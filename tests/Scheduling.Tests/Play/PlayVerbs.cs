using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Play;

/// <summary>A verb as it is played.</summary>
/// <param name="DaysFromStart">When it is due.</param>
/// <param name="In">States in which it makes sense; it is played in others too.</param>
/// <param name="ByAnybody">Whether somebody who has nothing to do with the session may do it too.</param>
internal sealed record PlayVerb(string Name, double DaysFromStart, string In, Func<Move, Metadata, Task<IMessage>> Call, bool ByAnybody = false);

/// <summary>Every verb that changes a session or what belongs to it.</summary>
internal static class PlayVerbs
{
    private const double Minute = 1.0 / (24 * 60);

    public static readonly IReadOnlyList<PlayVerb> All =
    [
        new("PlaceReadyCases", -20, "PLANNED", async (m, h) => await m.World.Stage.Client.PlaceReadyCasesAsync(new PlaceReadyCasesRequest { RequestId = m.Request, Pole = m.Session.Pole }, h)),
        new("PlaceCase", -12, "PLANNED CONVENED", async (m, h) => await m.World.Stage.Agenda().PlaceCaseAsync(
            new PlaceCaseRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Case = m.AnyCase(), Reason = m.Reason() }, h)),
        new("TakeCaseOff", -9, "PLANNED CONVENED", async (m, h) => await m.World.Stage.Agenda().TakeCaseOffAsync(
            new TakeCaseOffRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Case = m.OnAgenda(), Reason = m.Reason() }, h)),
        new("MoveCase", -12, "PLANNED CONVENED", MoveCase),
        new("ReorderAgenda", -9, "PLANNED CONVENED", async (m, h) => await m.World.Stage.Agenda().ReorderAgendaAsync(
            new ReorderAgendaRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Cases = { m.Session.Cases.OrderBy(_ => m.Dice.Next()) } }, h)),
        new("RecordAbsentPhysician", -8, "PLANNED CONVENED", async (m, h) => await m.World.Stage.Agenda().RecordAbsentPhysicianAsync(
            new RecordAbsentPhysicianRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Case = m.OnAgenda(), Absence = AttendingPhysicianAbsence.Unreachable }, h)),
        new("ReviewItem", -5, "PLANNED", Review),
        new("FreezeAgenda", -9.5, "PLANNED PLANNED", async (m, h) => await m.World.Stage.Client.FreezeAgendaAsync(new FreezeAgendaRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag }, h)),
        new("HoldPreparatoryMeeting", -4, "PLANNED", async (m, h) => await m.World.Stage.Client.HoldPreparatoryMeetingAsync(
            new HoldPreparatoryMeetingRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, MeetingDate = m.Session.Date.AddDays(-(m.Dice.Next(10))).ToProto() }, h)),
        new("ConveneSession", -4, "PLANNED PREPARED PREPARED", Convene),
        new("SetFacilitator", -3, "CONVENED", async (m, h) => await m.World.Fixture.Seasons.SetFacilitatorAsync(
            new SetFacilitatorRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Facilitator = m.Person() }, h)),
        new("SetExpert", -3, "CONVENED", async (m, h) => await m.World.Fixture.Seasons.SetExpertAsync(
            new SetExpertRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Expert = m.Dice.Next(2) == 0 ? m.Person() : "", ExpertWaiverReason = m.Dice.Next(2) == 0 ? "Malade" : " " }, h)),
        new("AssignRoom", -15, "PLANNED CONVENED", async (m, h) => await m.World.Fixture.Seasons.AssignRoomAsync(
            new AssignRoomRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Room = m.Dice.Next(5) == 0 ? "" : m.One(m.World.Rooms) }, h)),
        new("PutRoom", -16, "PLANNED", PutRoom),
        new("AddSession", -20, "PLANNED", async (m, h) => await m.World.Fixture.Seasons.AddSessionAsync(
            new AddSessionRequest { RequestId = m.Request, Pole = m.Session.Pole, Date = m.AnyDate().ToProto() }, h)),
        new("MoveSession", -15, "PLANNED CONVENED", MoveSession),
        new("CancelSession", -5, "PREPARED", async (m, h) => await m.World.Fixture.Seasons.CancelSessionAsync(
            new CancelSessionRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Reason = CancelSessionRequest.Types.Reason.RoomLost }, h)),
        new("PutSeasonRules", -25, "PLANNED", async (m, h) => await m.World.Fixture.Seasons.PutSeasonRulesAsync(
            new PutSeasonRulesRequest { RequestId = m.Request, Owner = m.Session.Pole, Rules = new SeasonRules { WeekOfMonth = 1 + m.Dice.Next(3) } }, h)),
        new("PlanSeason", -20, "PLANNED", async (m, h) => await m.World.Stage.Client.PlanSeasonAsync(
            new PlanSeasonRequest { RequestId = m.Request, Pole = m.Session.Pole, FirstDate = new DateOnly(2026, 9, 1).ToProto(), LastDate = new DateOnly(2026, 11, 30).ToProto() }, h)),
        new("ReplanSeason", -20, "PLANNED", async (m, h) => await m.World.Fixture.Seasons.ReplanSeasonAsync(
            new ReplanSeasonRequest
            {
                RequestId = m.Request, Pole = m.Session.Pole, FirstDate = new DateOnly(2026, 9, 1).ToProto(), LastDate = new DateOnly(2026, 11, 30).ToProto(), ConvenedSessions = { m.Name },
            },
            h)),
        new("RenewVideoLink", -1, "CONVENED", async (m, h) => await m.World.Fixture.Seasons.RenewVideoLinkAsync(new RenewVideoLinkRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag }, h)),
        new("Respond", -2, "CONVENED", async (m, h) => await m.World.Fixture.Client<InvitationService.InvitationServiceClient>().RespondAsync(
            new RespondRequest { RequestId = m.Request, Session = m.Name, Professional = m.Person(), Answer = (Answer)(1 + m.Dice.Next(3)), Mode = (AttendanceMode)m.Dice.Next(3) }, h)),
        new("Register", -6, "PLANNED PREPARED CONVENED", (m, _) => Register(m), ByAnybody: true),
        new("CancelRegistration", -3, "PLANNED PREPARED CONVENED", async (m, h) => await m.World.Fixture.Client<NoticeService.NoticeServiceClient>().CancelRegistrationAsync(
            new CancelRegistrationRequest { RequestId = m.Request, Name = m.Name, Professional = m.One(m.World.Members) }, h)),
        new("OpenSession", 0, "CONVENED CONVENED CONVENED", async (m, h) => await m.World.Stage.Client.OpenSessionAsync(
            new OpenSessionRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, GiveUpCases = { m.Dice.Next(9) == 0 ? [m.OnAgenda()] : Array.Empty<string>() } }, h)),
        new("StartItem", 5 * Minute, "OPEN", async (m, h) => await m.World.Stage.Day().StartItemAsync(
            new StartItemRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Case = m.OnAgenda(), PutBack = m.Dice.Next(2) == 0 ? "" : m.OnAgenda() }, h)),
        new("RecordPatientPresence", 10 * Minute, "OPEN", async (m, h) => await m.World.Stage.Day().RecordPatientPresenceAsync(
            new RecordPatientPresenceRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Case = m.OnAgenda(), Presences = { Patient(m) } }, h)),
        new("CloseItem", 30 * Minute, "OPEN OPEN OPEN", async (m, h) => await m.World.Stage.Client.CloseItemAsync(
            new CloseItemRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Case = m.OnAgenda(), Present = { m.World.People.Concat(m.World.Members).Where(_ => m.Dice.Next(3) == 0) } }, h)),
        new("RecordAttendance", 50 * Minute, "OPEN HELD", async (m, h) => await m.World.Stage.Client.RecordAttendanceAsync(
            new RecordAttendanceRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Lines = { m.World.People.Where(_ => m.Dice.Next(3) == 0).Select(p => Line(m, p)) } }, h)),
        new("RecordPresentations", 60 * Minute, "OPEN HELD", async (m, h) => await m.World.Stage.Client.RecordPresentationsAsync(
            new RecordPresentationsRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Organisations = { m.One(m.World.Hosts) } }, h)),
        new("CloseSession", 90 * Minute, "OPEN", async (m, h) => await m.World.Stage.Client.CloseSessionAsync(new CloseSessionRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag }, h)),
        new("CertifyAttendance", 1, "HELD HELD", async (m, h) => await m.World.Stage.Client.CertifyAttendanceAsync(new CertifyAttendanceRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag }, h)),
        new("CorrectAttendance", 2, "ATTENDANCE_CERTIFIED SETTLED", Correct),
        new("CountersignCorrection", 3, "ATTENDANCE_CERTIFIED SETTLED", async (m, h) => await m.World.Stage.Day().CountersignCorrectionAsync(
            new CountersignCorrectionRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Professional = m.Dice.Next(2) == 0 ? m.World.Stage.Physician : m.Person(), Revision = 2, Refuse = m.Dice.Next(3) == 0 }, h)),
    ];

    private static async Task<IMessage> MoveCase(Move m, Metadata headers)
    {
        var to = m.One(m.Others);
        return await m.World.Stage.Agenda().MoveCaseAsync(
            new MoveCaseRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Case = m.OnAgenda(), ToSession = to.Name, ToEtag = $"v{to.Version}", Reason = m.Reason() }, headers);
    }

    private static async Task<IMessage> Review(Move m, Metadata headers)
    {
        var review = new ItemReview { Outcome = (ItemReview.Types.Outcome)(1 + m.Dice.Next(3)), Reason = m.Reason(), NeedsFunction = "CMP" };
        return await m.World.Stage.Agenda().ReviewItemAsync(new ReviewItemRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Case = m.OnAgenda(), Review = review }, headers);
    }

    private static async Task<IMessage> Convene(Move m, Metadata headers)
    {
        var request = new ConveneSessionRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Facilitator = m.Dice.Next(4) == 0 ? m.Person() : "" };
        (request.Expert, request.ExpertWaiverReason) = m.Dice.Next(6) switch
        {
            0 => ("", ""),
            1 => ("", "Aucun expert ce jour-là"),
            2 => (m.Person(), ""),
            _ => (m.World.Stage.Expert, ""),
        };
        return await m.World.Stage.Client.ConveneSessionAsync(request, headers);
    }

    /// <summary>Another size; now and then it is used no more.</summary>
    private static async Task<IMessage> PutRoom(Move m, Metadata headers)
    {
        var n = m.Dice.Next(m.World.Rooms.Count);
        var room = new Room { Name = m.World.Rooms[n], Host = m.World.Hosts[n > 0 ? 1 : 0], DisplayName = $"Salle {n}", Seats = 4 + m.Dice.Next(20), Retired = m.Dice.Next(4) == 0, Etag = $"v{1 + m.Dice.Next(3)}" };
        return await m.World.Fixture.Seasons.PutRoomAsync(new PutRoomRequest { RequestId = m.Request, Room = room }, headers);
    }

    private static async Task<IMessage> MoveSession(Move m, Metadata headers)
    {
        return await m.World.Fixture.Seasons.MoveSessionAsync(
            new MoveSessionRequest { RequestId = m.Request, Name = m.Name, Etag = m.Etag, Date = m.AnyDate().ToProto(), StartTime = new TimeOnly(11 + m.Dice.Next(3), 45).ToProto() }, headers);
    }

    private static async Task<IMessage> Register(Move m) => await m.World.Fixture.Client<NoticeService.NoticeServiceClient>().RegisterAsync(
        new RegisterRequest { RequestId = m.Request, Name = m.Name }, m.World.Stage.As(Tokens.Professional(m.One(m.World.Members)), m.Session.StartInstant.AddDays(-m.Dice.Next(8))));

    private static async Task<IMessage> Correct(Move m, Metadata headers)
    {
        var person = m.Person();
        return await m.World.Stage.Day().CorrectAttendanceAsync(
            new CorrectAttendanceRequest
            {
                RequestId = m.Request, Name = m.Name, Etag = m.Etag, Professional = person, Line = m.Dice.Next(4) == 0 ? null : Line(m, person), Reason = "TIME_WRONG",
            },
            headers);
    }

    private static PatientPresence Patient(Move m) => new() { Function = PatientPresence.Types.Function.Patient, InTime = m.Session.StartInstant.AddMinutes(m.Dice.Next(9)).ToProto() };

    private static AttendanceLine Line(Move m, string person) => new()
    {
        Professional = person, Role = (SessionRole)(1 + m.Dice.Next(6)), Mode = AttendanceMode.InPerson, Signature = "PAPER", Kilometres = m.Dice.Next(30), NoOtherFunderDeclared = true,
        InTime = m.Session.StartInstant.ToProto(), OutTime = m.Session.EndInstant.AddMinutes(m.Dice.Next(4)).ToProto(), Cases = { m.Session.Cases.Where(_ => m.Dice.Next(2) == 0) },
    };
}
