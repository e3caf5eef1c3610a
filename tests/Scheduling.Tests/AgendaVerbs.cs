using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Tests;

/// <summary>The verbs of the agenda by hand, just before they are due, and steps with them.</summary>
internal static class AgendaVerbs
{
    public static readonly string[] All = ["PlaceCase", "TakeCaseOff", "MoveCase", "ReorderAgenda", "RecordAbsentPhysician", "ReviewItem"];

    public static AgendaService.AgendaServiceClient Agenda(this Stage stage) => new(stage.Fixture.Invoker);

    public static async Task<Prepared> Prepare(string verb, Stage stage)
    {
        var agenda = stage.Agenda();
        var now = Stage.Summer.AddHours(1);
        switch (verb)
        {
            case "PlaceCase":
                var planned = await stage.Planned(1);
                await stage.Ready(2);
                return Verbs.On(stage, planned, now, 1, async (id, etag, name, headers) =>
                    await agenda.PlaceCaseAsync(new PlaceCaseRequest { RequestId = id, Name = name, Etag = etag, Case = stage.Case(2) }, headers));
            case "TakeCaseOff":
                return Verbs.On(stage, await stage.Planned(2), now, 1, async (id, etag, name, headers) =>
                    await agenda.TakeCaseOffAsync(new TakeCaseOffRequest { RequestId = id, Name = name, Etag = etag, Case = stage.Case(1), Reason = "REQUESTER_ASKED" }, headers));
            case "MoveCase":
                var from = await stage.Planned(1);
                var to = (await stage.Plan())[1];
                return Verbs.On(stage, from, now, 1, async (id, etag, name, headers) =>
                    await agenda.MoveCaseAsync(
                        new MoveCaseRequest { RequestId = id, Name = name, Etag = etag, Case = stage.Case(1), ToSession = to.Name, ToEtag = to.Etag, Reason = "PEOPLE_UNAVAILABLE" }, headers));
            case "ReorderAgenda":
                return Verbs.On(stage, await stage.Planned(2), now, 0, async (id, etag, name, headers) =>
                    await agenda.ReorderAgendaAsync(new ReorderAgendaRequest { RequestId = id, Name = name, Etag = etag, Cases = { stage.Case(2), stage.Case(1) } }, headers));
            case "RecordAbsentPhysician":
                var session = await stage.Planned(1);
                await stage.WithoutPhysician(1);
                return Verbs.On(stage, session, now, 0, async (id, etag, name, headers) =>
                    await agenda.RecordAbsentPhysicianAsync(
                        new RecordAbsentPhysicianRequest { RequestId = id, Name = name, Etag = etag, Case = stage.Case(1), Absence = AttendingPhysicianAbsence.Unreachable }, headers));
            default:
                return Verbs.On(stage, await stage.Frozen(), Stage.Start.AddDays(-5), 0, async (id, etag, name, headers) =>
                    await agenda.ReviewItemAsync(
                        new ReviewItemRequest { RequestId = id, Name = name, Etag = etag, Case = stage.Case(1), Review = new ItemReview { Outcome = ItemReview.Types.Outcome.Ready } }, headers));
        }
    }

    /// <summary>Intake says the case again, without an attending physician.</summary>
    public static Task WithoutPhysician(this Stage stage, int n, AttendingPhysicianAbsence absence = AttendingPhysicianAbsence.Unspecified) =>
        stage.Fixture.Deliver(
            "intake",
            new CaseReady
            {
                Case = stage.Case(n), Programme = Directory.Addictions, Pole = stage.Pole, Requester = stage.Requester, Actors = { stage.Pharmacist },
                SubmitTime = Stage.Summer.AddDays(-10).ToProto(), AttendingPhysicianAbsence = absence,
            },
            stage.Case(n),
            Stage.Summer.AddMinutes(1));

    public static PlaceCaseRequest Placing(this Stage stage, Session session, int n, string reason = "") =>
        new() { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Case = stage.Case(n), Reason = reason };

    public static async Task<PlaceCaseResponse> PlaceByHand(this Stage stage, Session session, int n, string reason = "", DateTimeOffset? now = null) =>
        await stage.Agenda().PlaceCaseAsync(stage.Placing(session, n, reason), stage.AsCoordinator(now ?? Stage.Summer));

    public static async Task<Session> Review(this Stage stage, Session session, int n, ItemReview review) =>
        (await stage.Agenda().ReviewItemAsync(
            new ReviewItemRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Case = stage.Case(n), Review = review },
            stage.AsCoordinator(Stage.Start.AddDays(-5)))).Session;
}
