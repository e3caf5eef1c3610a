using Intervision.Intake.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>The verbs of the session day and of what comes after, just before they are due, and steps with them.</summary>
internal static class SessionDayVerbs
{
    public static readonly string[] All = ["StartItem", "RecordPatientPresence", "CorrectAttendance", "CountersignCorrection"];

    public static readonly DateTimeOffset Afterwards = Stage.Start.AddHours(3);

    public static SessionDayService.SessionDayServiceClient Day(this Stage stage) => new(stage.Fixture.Invoker);

    public static async Task<Prepared> Prepare(string verb, Stage stage)
    {
        var day = stage.Day();
        switch (verb)
        {
            case "StartItem":
                return Verbs.On(stage, await stage.Opened(), Stage.Start.AddMinutes(1), 0, async (id, etag, name, headers) =>
                    await day.StartItemAsync(new StartItemRequest { RequestId = id, Name = name, Etag = etag, Case = stage.Case(1) }, headers));
            case "RecordPatientPresence":
                stage.PatientWishes(1);
                return Verbs.On(stage, await stage.Opened(), Stage.Start.AddMinutes(20), 0, async (id, etag, name, headers) =>
                    await day.RecordPatientPresenceAsync(
                        new RecordPatientPresenceRequest { RequestId = id, Name = name, Etag = etag, Case = stage.Case(1), Presences = { Patient(5, 15) } }, headers));
            case "CorrectAttendance":
                return Verbs.On(stage, await stage.Certified(), Afterwards, 1, async (id, etag, name, headers) =>
                    await day.CorrectAttendanceAsync(
                        new CorrectAttendanceRequest { RequestId = id, Name = name, Etag = etag, Professional = stage.Requester, Reason = "PERSON_ABSENT" }, headers));
            default:
                var pending = await stage.OwnCorrectionPending();
                return Verbs.On(stage, pending, Afterwards, 1, async (id, etag, name, headers) =>
                    await day.CountersignCorrectionAsync(
                        new CountersignCorrectionRequest { RequestId = id, Name = name, Etag = etag, Professional = stage.Physician, Revision = 2 }, headers));
        }
    }

    /// <summary>Held and certified by the coordinator; facilitator and physician came as liberals.</summary>
    public static async Task<Session> Certified(this Stage stage, int cases = 1) => (await stage.Certify(await stage.Held(cases), stage.Coordinator)).Session;

    /// <summary>The physician, who is référent of the pôle too, drove further than the sheet says.</summary>
    public static async Task<Session> OwnCorrectionPending(this Stage stage, Session? session = null)
    {
        var certified = session ?? await stage.Certified();
        var line = stage.Line(stage.Physician, SessionRole.AttendingPhysician);
        line.Kilometres = 40;
        return (await stage.Day().CorrectAttendanceAsync(stage.Correcting(certified, line, "KILOMETRES_WRONG"), Tokens.As(Tokens.Referent(stage.Physician, stage.Pole), Afterwards))).Session;
    }

    public static CorrectAttendanceRequest Correcting(this Stage stage, Session session, AttendanceLine line, string reason) =>
        new() { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Professional = line.Professional, Line = line, Reason = reason };

    public static void PatientWishes(this Stage stage, int n, PatientParticipation wish = PatientParticipation.Part) =>
        stage.Fixture.Intake.Answers[stage.Case(n)] = _ => Task.FromResult(new BeginDiscussionResponse { Allowed = true, PatientParticipation = wish });

    public static void Excludes(this Stage stage, int n, params string[] people) =>
        stage.Fixture.Intake.Answers[stage.Case(n)] = _ => Task.FromResult(new BeginDiscussionResponse { Allowed = true, ExcludedPeople = { people } });

    public static PatientPresence Patient(int from, int? to = null, PatientPresence.Types.Function function = PatientPresence.Types.Function.Patient) =>
        new() { Function = function, InTime = Stage.Start.AddMinutes(from).ToProto(), OutTime = to is { } minutes ? Stage.Start.AddMinutes(minutes).ToProto() : null };

    public static async Task<StartItemResponse> StartItem(this Stage stage, Session session, int n, string putBack = "", DateTimeOffset? now = null) =>
        await stage.Day().StartItemAsync(
            new StartItemRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Case = stage.Case(n), PutBack = putBack },
            stage.AsCoordinator(now ?? Stage.Start.AddMinutes(1)));

    public static async Task<Session> PatientPresent(this Stage stage, Session session, int n, params PatientPresence[] presences) =>
        (await stage.Day().RecordPatientPresenceAsync(
            new RecordPatientPresenceRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Case = stage.Case(n), Presences = { presences } },
            stage.AsCoordinator(Stage.Start.AddMinutes(30)))).Session;
}
