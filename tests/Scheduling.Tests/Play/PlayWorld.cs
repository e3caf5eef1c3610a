using System.Collections.Concurrent;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Play;

/// <summary>
/// Two pôles that meet at the same hour and share an expert, with their hosts, rooms, people and cases; one may be of the
/// open programme. Of its own in a database that many share.
/// </summary>
internal sealed class PlayWorld(SchedulingFixture fixture, int play)
{
    public const int Cases = 9;
    private readonly Stage own = new(fixture);
    private readonly Stage other = new(fixture);
    private readonly bool open = play % 2 == 0;

    public SchedulingFixture Fixture => fixture;

    public Stage Stage => own;

    public string[] Poles => [own.Pole, other.Pole];

    public string[] Hosts => [own.Host, other.Host];

    /// <summary>Those that Intake has erased, by number: it says nothing more of them.</summary>
    public ConcurrentDictionary<int, bool> Erased { get; } = [];

    /// <summary>rooms/{id}: the only one of the first host, two of the second.</summary>
    public List<string> Rooms { get; } = [];

    /// <summary>Everybody who may have to do with a session, twice an expert.</summary>
    public string[] People =>
        [own.Referent, own.Expert, own.Requester, own.Physician, own.Pharmacist, other.Referent, other.Expert, other.Requester, other.Physician];

    /// <summary>Not in any case: those who come where the programme is open.</summary>
    public string[] Members => [$"{own.Referent}-M1", $"{own.Referent}-M2", $"{own.Referent}-M3"];

    /// <summary>What the calendars of those people say otherwise than it is.</summary>
    public Task<IReadOnlyList<string>> ToldOtherwise() => PlayInvariants.ToldOtherwise(fixture, Poles, [.. People, .. Members]);

    /// <summary>The first six of the first pôle, the others of the second.</summary>
    public string Case(int n) => own.Case(n);

    public string PoleOf(int n) => n <= 6 ? own.Pole : other.Pole;

    public string ProgrammeOf(string pole) => pole == other.Pole && open ? Directory.Precarite : Directory.Addictions;

    public async Task<PlayWorld> Set()
    {
        await own.Set(minutes: 90);
        await other.Set(open ? Directory.Precarite : Directory.Addictions, minutes: 90);
        foreach (var member in Members)
        {
            await Directory.Person(fixture, member, mailbox: own.MailboxOf(member), activities: Directory.Activity("organisations/LIBERAL", Mode.Liberal));
        }

        for (var n = 1; n <= Cases; n++)
        {
            await Ready(n, new Random(n));
        }

        foreach (var pole in Poles)
        {
            await own.Client.PlanSeasonAsync(
                new PlanSeasonRequest { RequestId = Stage.NewRequest(), Pole = pole, FirstDate = new DateOnly(2026, 9, 1).ToProto(), LastDate = new DateOnly(2026, 11, 30).ToProto() },
                own.AsCoordinator(Stage.Summer));
        }

        foreach (var pole in Poles)
        {
            await own.Client.PlaceReadyCasesAsync(new PlaceReadyCasesRequest { RequestId = Stage.NewRequest(), Pole = pole }, own.AsCoordinator(Stage.Summer));
        }

        foreach (var (host, seats) in new[] { (own.Host, 6), (other.Host, 7), (other.Host, 20) })
        {
            Rooms.Add((await fixture.Seasons.PutRoomAsync(
                new PutRoomRequest { RequestId = Stage.NewRequest(), Room = new V1.Room { Host = host, DisplayName = $"Salle {seats}", Seats = seats } }, own.AsCoordinator(Stage.Summer))).Room.Name);
        }

        await Begin(play / 2 % 5);
        return this;
    }

    /// <summary>So that dice come to the end of a session's life too, its first steps are taken in four plays of five.</summary>
    private async Task Begin(int steps)
    {
        fixture.Intake.Answers[Case(1)] = _ => Task.FromResult(new BeginDiscussionResponse { Allowed = true, PatientParticipation = PatientParticipation.Part });
        var first = (await Sessions()).First(s => s.Pole == own.Pole);
        var session = await own.Get(first.Name);
        if (steps > 0)
        {
            session = (await own.Client.FreezeAgendaAsync(new FreezeAgendaRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, own.AsCoordinator(Stage.Start.AddDays(-10)))).Session;
            session = (await own.Client.ConveneSessionAsync(own.Convening(session), own.AsCoordinator(Stage.Start.AddDays(-7)))).Session;
        }

        if (steps > 1)
        {
            session = (await own.Client.OpenSessionAsync(new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, own.AsCoordinator(Stage.Start))).Session;
        }

        if (steps > 2)
        {
            session = (await own.Client.RecordAttendanceAsync(own.Sheet(session), own.AsCoordinator(Stage.Start.AddMinutes(40)))).Session;
            session = (await own.Client.CloseSessionAsync(new CloseSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, own.AsCoordinator(Stage.Start.AddMinutes(60)))).Session;
        }

        if (steps > 3)
        {
            await own.OwnCorrectionPending((await own.Certify(session, own.Coordinator)).Session);
        }
    }

    /// <summary>Intake says a case ready, with people as the dice will.</summary>
    public Task Ready(int n, Random dice, DateTimeOffset? said = null)
    {
        var (stage, absent) = (n <= 6 ? own : other, dice.Next(6) == 0 && (n > 3 || said is not null));
        return fixture.Deliver(
            "intake",
            new Intake.Events.V1.CaseReady
            {
                Case = Case(n), Programme = ProgrammeOf(PoleOf(n)), Pole = PoleOf(n), Requester = stage.Requester, Urgent = dice.Next(3) == 0,
                AttendingPhysician = absent ? "" : People[3 + (5 * dice.Next(2))], Actors = { dice.GetItems(People, dice.Next(3)).Distinct() },
                AttendingPhysicianAbsence = absent && (said is not null || dice.Next(2) == 0) ? Intake.V1.AttendingPhysicianAbsence.PatientRefuses : default,
                SubmitTime = Stage.Summer.AddDays(-10).AddMinutes(n).ToProto(),
            },
            Case(n),
            said ?? Stage.Summer.AddDays(-1),
            streamNo: 1);
    }

    /// <summary>The pôle changes its usual day and hour, as its members do.</summary>
    public Task Meets(int which, Random dice)
    {
        var stage = which == 0 ? own : other;
        var pole = Directory.Pole(stage.Pole, stage.Host, stage.Referent, ProgrammeOf(stage.Pole), minutes: 60 + (30 * dice.Next(3)));
        (pole.Weekday, pole.StartTime) = ((Weekday)(1 + dice.Next(5)), new TimeOnly(12 + dice.Next(2), 15).ToProto());
        return Directory.Say(fixture, stage.Pole, new PoleChanged { Pole = pole });
    }

    /// <summary>Mostly the coordinator; those of one pôle only, or of the other; and who has nothing to do with any.</summary>
    public (DevelopmentClaims Who, bool Stranger) Caller(Random dice, string pole) => dice.Next(20) switch
    {
        0 => (Tokens.Professional("professionals/NOBODY"), true),
        1 => (Tokens.Cpts("organisations/CPTS"), true),
        2 => (Tokens.Referent(other.Referent, pole == own.Pole ? other.Pole : own.Pole), false),
        3 => (Tokens.Referent(pole == own.Pole ? own.Referent : other.Referent, pole), false),
        4 => (Tokens.HostCoordinator("host@pole", pole), false),
        5 => (Tokens.Professional(dice.GetItems(People, 1)[0]), false),
        6 or 7 => (Tokens.Referent(own.Physician, pole), false),
        _ => (Tokens.Coordinator(), false),
    };

    /// <summary>All sessions of the two pôles as they stand, by date.</summary>
    public Task<IReadOnlyList<Seen>> Sessions() => fixture.Db.Read(
        tx => tx.Query<Seen>(
            """
            select s.id, s.pole, s.programme, s.state, s.version, s.date, s.start_instant, s.end_instant, s.change_time, s.freeze_time is not null as frozen,
                   array(select i.case_name from agenda_item i where i.session_id = s.id and i.state in ('SCHEDULED', 'OPEN') order by i.position) as cases
            from session s where s.pole = any(@Poles) order by s.date, s.id
            """,
            new { Poles }),
        CancellationToken.None);
}

/// <summary>A session as somebody who plays looks at it.</summary>
internal sealed class Seen
{
    public Guid Id { get; init; }

    public string Name => $"sessions/{Id}";

    public string Pole { get; init; } = "";

    public string Programme { get; init; } = "";

    public string State { get; init; } = "";

    public long Version { get; init; }

    public DateOnly Date { get; init; }

    public DateTimeOffset StartInstant { get; init; }

    public DateTimeOffset EndInstant { get; init; }

    public DateTimeOffset ChangeTime { get; init; }

    public bool Frozen { get; init; }

    /// <summary>Ahead on its agenda, in order.</summary>
    public string[] Cases { get; init; } = [];
}
