using Grpc.Core;
using Intervision.Scheduling.Tests.Play;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using static Intervision.Scheduling.V1.ProposeRepairResponse.Types;
using Incident = Intervision.Scheduling.V1.ProposeRepairRequest.Types.Incident;

namespace Intervision.Scheduling.Tests.Proposals;

/// <summary>A season by the dice, something that happened to it, and one of the ways out, applied.</summary>
public abstract class RepairPlay(SchedulingFixture fixture)
{
    protected static readonly DateTimeOffset Now = Stage.Start.AddDays(-6);

    protected SchedulingFixture Fixture => fixture;

    private PlanningService.PlanningServiceClient Planning => fixture.Client<PlanningService.PlanningServiceClient>();

    /// <returns>The verbs that were applied.</returns>
    protected async Task<IEnumerable<string>> Play(int[] dice)
    {
        var (stage, now) = await ASeason(dice);
        var before = await Seen(stage, now);
        if (before.Sessions.Values.Where(s => s.Date.ToDate() > Paris.DateOf(now)).MinBy(s => s.Date.ToDate()) is not { } first)
        {
            return [];
        }

        var incident = (Incident)(1 + (dice[6] % 5));
        if (incident == Incident.ExpertDeclined && first.Expert.Length == 0)
        {
            incident = Incident.FacilitatorAway;
        }

        if (incident == Incident.PersonDeclined && first.Items.Count == 0)
        {
            incident = Incident.RoomLost;
        }

        var name = incident == Incident.CaseUrgent ? stage.Case(1 + (dice[1] % 6)) : first.Name;
        if (incident == Incident.CaseUrgent && (before.Dates.GetValueOrDefault(name) < Paris.DateOf(now) || !(before.Dates.ContainsKey(name) || before.Waiting.Contains(name))))
        {
            return [];
        }

        var proposed = await Propose(stage, name, incident, dice[8] % 2 == 0 ? stage.Physician : stage.Pharmacist, now);
        Assert.True(proposed.Alternatives.Count > 0 || incident == Incident.CaseUrgent, "a session can always be called off");
        Assert.NotEqual(proposed.Alternatives.Count > 0, proposed.Obstacles.Count > 0);
        if (proposed.Alternatives.Count == 0 || proposed.Alternatives[dice[7] % proposed.Alternatives.Count] is not { Steps.Count: > 0 } way)
        {
            return [];
        }

        var answer = await Apply(stage, way, way.ExplanationNeeded ? "Malade" : "", now);
        MustHaveChanged(before, await Seen(stage, now), way, answer);
        Assert.Empty(await PlayInvariants.Broken(Fixture, [stage.Pole, $"{stage.Pole}b"], new HashSet<string>()));
        Assert.Empty(await PlayInvariants.ToldOtherwise(Fixture, [stage.Pole], stage.Everybody));
        return way.Steps.Select(s => s.Verb);
    }

    /// <summary>A pôle's autumn: so many cases ready, some urgent, the first session as far as the dice say; and when that is.</summary>
    private async Task<(Stage Stage, DateTimeOffset Now)> ASeason(int[] dice)
    {
        var stage = await new Stage(Fixture).Set(
            rhythm: dice[0] % 5 == 0 ? Membership.V1.Rhythm.OnDemand : Membership.V1.Rhythm.Monthly,
            minutes: dice[0] % 2 == 0 ? 60 : 90,
            conventionEnd: dice[5] % 3 == 0 ? new DateOnly(2026, 11, 2) : null);
        if (dice[3] % 2 == 0)
        {
            await Directory.Person(Fixture, $"{stage.Expert}b", expert: true, activities: Directory.Activity(stage.Host));
            await Directory.Person(Fixture, $"{stage.Referent}b", activities: Directory.Activity(stage.Host));
            await Directory.Say(Fixture, $"{stage.Pole}b", new Membership.Events.V1.PoleChanged { Pole = Directory.Pole($"{stage.Pole}b", stage.Host, $"{stage.Referent}b") });
        }

        if (dice[4] % 2 == 0)
        {
            await Fixture.Seasons.PutRoomAsync(
                new PutRoomRequest { RequestId = Stage.NewRequest(), Room = new Room { Host = stage.Host, DisplayName = "Salle", Seats = 3 + (dice[4] % 12) } }, stage.AsCoordinator(Stage.Summer));
        }

        await stage.Plan();
        for (var n = 1; n <= 6; n++)
        {
            await stage.Ready(n, urgent: (dice[2] >> n) % 3 == 0);
            if (n == 1 + (dice[2] % 6))
            {
                await stage.Place();
            }
        }

        return (stage, await Advance(stage, dice[5] % 4) ? Stage.Start.AddDays(2) : Now);
    }

    /// <returns>Whether the first session is over.</returns>
    private async Task<bool> Advance(Stage stage, int steps)
    {
        var first = (await Sessions(stage, Now))[0];
        if (steps == 0 || first.Items.Count == 0 || first.Date.ToDate() != new DateOnly(2026, 9, 1))
        {
            return false;
        }

        first = (await stage.Client.FreezeAgendaAsync(
            new FreezeAgendaRequest { RequestId = Stage.NewRequest(), Name = first.Name, Etag = first.Etag }, stage.AsCoordinator(Stage.Start.AddDays(-10)))).Session;
        if (steps > 1)
        {
            first = (await stage.Client.ConveneSessionAsync(stage.Convening(first), stage.AsCoordinator(Stage.Start.AddDays(-7)))).Session;
        }

        return steps > 2 && await Hold(stage, first);
    }

    /// <summary>Held, the patient there for the first situation, and its sheet certified.</summary>
    private static async Task<bool> Hold(Stage stage, Session session)
    {
        var n = Enumerable.Range(1, 6).First(i => stage.Case(i) == session.Items[0].Case);
        stage.PatientWishes(n);
        var opened = (await stage.Client.OpenSessionAsync(new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, stage.AsCoordinator(Stage.Start))).Session;
        var with = await stage.PatientPresent(opened, n, SessionDayVerbs.Patient(5, 15));
        var closed = (await stage.Client.CloseItemAsync(stage.Discussing(with, n), stage.AsCoordinator(Stage.Start.AddMinutes(30)))).Session;
        var recorded = (await stage.Client.RecordAttendanceAsync(stage.Sheet(closed), stage.AsCoordinator(Stage.Start.AddMinutes(40)))).Session;
        var held = (await stage.Client.CloseSessionAsync(new CloseSessionRequest { RequestId = Stage.NewRequest(), Name = recorded.Name, Etag = recorded.Etag }, stage.AsCoordinator(Stage.Start.AddMinutes(60)))).Session;
        return (await stage.Certify(held, stage.Coordinator)).Session.State == SessionState.AttendanceCertified;
    }

    private static void MustHaveChanged(Picture before, Picture after, Alternative way, ApplyRepairResponse answer)
    {
        var named = way.Steps.SelectMany(s => new[] { s.Session, s.ToSession }).Where(n => n.Length > 0).ToHashSet(StringComparer.Ordinal);
        var added = after.Sessions.Keys.Except(before.Sessions.Keys).ToList();
        Assert.Equal(way.Steps.Count(s => s.Verb == "AddSession"), added.Count);
        Assert.Equal(named.Concat(added).Order(StringComparer.Ordinal), answer.Sessions.Select(s => s.Name).Order(StringComparer.Ordinal));
        Assert.All(answer.Sessions, s => Assert.Equal(after.Sessions[s.Name].Etag, s.Etag));
        Assert.All(before.Sessions.Where(s => !named.Contains(s.Key)), s => Assert.Equal(s.Value, after.Sessions[s.Key]));

        var moved = before.Dates.Keys.Union(after.Dates.Keys).Where(c => before.Dates.GetValueOrDefault(c) != after.Dates.GetValueOrDefault(c)).Order(StringComparer.Ordinal)
            .Select(c => (c, before.Dates.GetValueOrDefault(c), after.Dates.GetValueOrDefault(c)));
        Assert.Equal(moved, way.Cases.Select(c => (c.Case, c.FromDate.ToDate(), c.ToDate.ToDate())));
        Assert.Equal(way.CasesWaiting.Order(StringComparer.Ordinal), way.Cases.Where(c => c.ToDate is null).Select(c => c.Case));
        Assert.Equal(way.WaitingDaysAdded, way.Cases.Where(c => c.FromDate is not null && c.ToDate is not null).Sum(c => c.ToDate.ToDate()!.Value.DayNumber - c.FromDate.ToDate()!.Value.DayNumber));
        Assert.Equal(before.Waiting.Union(way.CasesWaiting).Except(way.Cases.Where(c => c.ToDate is not null).Select(c => c.Case)).Order(StringComparer.Ordinal), after.Waiting.Order(StringComparer.Ordinal));

        foreach (var name in named.Where(n => !way.Steps.Any(s => s.Session == n && s.Verb is "SetExpert" or "SetFacilitator" or "AssignRoom")))
        {
            var (was, now) = (before.Sessions[name], after.Sessions[name]);
            Assert.Equal((was.Expert, was.Facilitator, was.Room, was.Host), (now.Expert, now.Facilitator, now.Room, now.Host));
        }

    }

    private static IEnumerable<string> Scheduled(Session session) => session.Items.Where(i => i.State == AgendaItem.Types.State.Scheduled).Select(i => i.Case);

    /// <summary>All that a coordinator sees of a pôle.</summary>
    protected sealed record Picture(IReadOnlyDictionary<string, Session> Sessions, IReadOnlySet<string> Waiting)
    {
        public Dictionary<string, DateOnly?> Dates { get; } = Sessions.Values.SelectMany(s => Scheduled(s).Select(c => (c, s.Date))).ToDictionary(c => c.c, c => c.Date.ToDate(), StringComparer.Ordinal);
    }

    private protected async Task<Picture> Seen(Stage stage, DateTimeOffset? now = null)
    {
        var waiting = await stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { Pole = stage.Pole, PageSize = 1000 }, stage.AsCoordinator(now ?? Now));
        return new Picture((await Sessions(stage, now ?? Now)).ToDictionary(s => s.Name, StringComparer.Ordinal), waiting.Cases.Select(c => c.Case).ToHashSet(StringComparer.Ordinal));
    }

    private static async Task<IReadOnlyList<Session>> Sessions(Stage stage, DateTimeOffset now) =>
        (await stage.Client.ListSessionsAsync(new ListSessionsRequest { Pole = stage.Pole, PageSize = 1000 }, stage.AsCoordinator(now))).Sessions;

    private protected AsyncUnaryCall<ProposeRepairResponse> Propose(Stage stage, string name, Incident incident, string professional = "", DateTimeOffset? now = null) =>
        Planning.ProposeRepairAsync(new ProposeRepairRequest { Name = name, Incident = incident, Professional = professional }, stage.AsCoordinator(now ?? Now));

    private protected AsyncUnaryCall<ApplyRepairResponse> Apply(Stage stage, Alternative way, string explanation = "", DateTimeOffset? now = null) =>
        Planning.ApplyRepairAsync(new ApplyRepairRequest { RequestId = Stage.NewRequest(), Steps = { way.Steps }, Explanation = explanation }, stage.AsCoordinator(now ?? Now));
}
