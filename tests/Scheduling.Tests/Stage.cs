using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>
/// A pôle of its own with its people, and a session brought as far as a test needs. The season starts on Tuesday
/// 1 September 2026, 12:15 in Paris (10:15Z).
/// </summary>
internal sealed class Stage(SchedulingFixture fixture)
{
    public static readonly DateTimeOffset Summer = new(2026, 8, 1, 8, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Start = new(2026, 9, 1, 10, 15, 0, TimeSpan.Zero);
    private static int last;
    private readonly string id = $"{Interlocked.Increment(ref last):D4}";

    public SchedulingFixture Fixture => fixture;

    public SchedulingService.SchedulingServiceClient Client => fixture.Scheduling;

    public string Pole => $"poles/T{id}";

    public string Host => $"organisations/{id}0";

    public string Referent => $"professionals/R{id}";

    public string Expert => $"professionals/X{id}";

    public string Requester => $"professionals/Q{id}";

    public string Physician => $"professionals/P{id}";

    public string Pharmacist => $"professionals/A{id}";

    public string[] Everybody => [Referent, Expert, Requester, Physician, Pharmacist];

    public DevelopmentClaims Coordinator => Tokens.Coordinator();

    public string Case(int n) => $"cases/SIT-{id}-{n:D4}";

    public static string NewRequest() => Guid.CreateVersion7().ToString();

    public Metadata As(DevelopmentClaims who, DateTimeOffset now) => Tokens.As(who, now);

    public Metadata AsCoordinator(DateTimeOffset now) => Tokens.As(Coordinator, now);

    /// <summary>Of everybody but the pharmacist, whom no mail reaches.</summary>
    public string MailboxOf(string professional) => $"{professional.Split('/')[1].ToLowerInvariant()}@medecin.mssante.fr";

    /// <summary>The pôle, its host with a convention, référent and GP liberal, expert salaried, in five structures.</summary>
    public async Task<Stage> Set(string programme = Directory.Addictions, Rhythm rhythm = Rhythm.Monthly, int minutes = 60, DateOnly? conventionEnd = null)
    {
        await Directory.Say(fixture, Pole, new PoleChanged { Pole = Directory.Pole(Pole, Host, Referent, programme, rhythm, minutes) });
        await Directory.Convention(fixture, Host, new DateOnly(2025, 1, 1), conventionEnd ?? new DateOnly(2028, 1, 1));
        await Directory.Person(fixture, Referent, mailbox: MailboxOf(Referent), activities: Directory.Activity($"organisations/{id}1", Mode.Liberal));
        await Directory.Person(fixture, Expert, expert: true, mailbox: MailboxOf(Expert), activities: Directory.Activity(Host));
        await Directory.Person(fixture, Requester, mailbox: MailboxOf(Requester), activities: Directory.Activity($"organisations/{id}2", code: "60"));
        await Directory.Person(fixture, Physician, mailbox: MailboxOf(Physician), activities: Directory.Activity($"organisations/{id}3", Mode.Liberal));
        await Directory.Person(fixture, Pharmacist, charter: false, activities: Directory.Activity($"organisations/{id}4", Mode.Liberal, "21"));
        return this;
    }

    public Task Ready(int n, bool urgent = false, DateTimeOffset? submitted = null, DateTimeOffset? said = null, string? pole = null, string programme = Directory.Addictions) =>
        fixture.Deliver(
            "intake",
            new CaseReady
            {
                Case = Case(n), Programme = programme, Pole = pole ?? Pole, Requester = Requester, AttendingPhysician = Physician, Actors = { Pharmacist },
                SubmitTime = (submitted ?? Summer.AddDays(-10).AddMinutes(n)).ToProto(), Urgent = urgent,
            },
            Case(n),
            said ?? Summer.AddDays(-1));

    public async Task<IReadOnlyList<Session>> Plan(DateOnly? last = null) =>
        (await Client.PlanSeasonAsync(
            new PlanSeasonRequest
            {
                RequestId = NewRequest(), Pole = Pole, FirstDate = new DateOnly(2026, 9, 1).ToProto(), LastDate = (last ?? new DateOnly(2026, 12, 31)).ToProto(),
            },
            AsCoordinator(Summer))).Sessions;

    public async Task<PlaceReadyCasesResponse> Place(DateTimeOffset? now = null) =>
        await Client.PlaceReadyCasesAsync(new PlaceReadyCasesRequest { RequestId = NewRequest(), Pole = Pole }, AsCoordinator(now ?? Summer));

    public async Task<Session> Get(string session) =>
        (await Client.GetSessionAsync(new GetSessionRequest { Name = session }, AsCoordinator(Summer))).Session;

    /// <summary>The first session of a season, with so many cases on its agenda.</summary>
    public async Task<Session> Planned(int cases = 2, string programme = Directory.Addictions)
    {
        var first = (await Plan())[0];
        for (var n = 1; n <= cases; n++)
        {
            await Ready(n, programme: programme);
        }

        await Place();
        return await Get(first.Name);
    }

    public async Task<Session> Frozen(int cases = 2, string programme = Directory.Addictions)
    {
        var session = await Planned(cases, programme);
        return (await Client.FreezeAgendaAsync(
            new FreezeAgendaRequest { RequestId = NewRequest(), Name = session.Name, Etag = session.Etag }, AsCoordinator(Start.AddDays(-10)))).Session;
    }

    public ConveneSessionRequest Convening(Session session) =>
        new() { RequestId = NewRequest(), Name = session.Name, Etag = session.Etag, Expert = Expert };

    public async Task<Session> Convened(int cases = 2)
    {
        var session = await Frozen(cases);
        return (await Client.ConveneSessionAsync(Convening(session), AsCoordinator(Start.AddDays(-7)))).Session;
    }

    public async Task<Session> Opened(int cases = 2)
    {
        var session = await Convened(cases);
        return (await Client.OpenSessionAsync(
            new OpenSessionRequest { RequestId = NewRequest(), Name = session.Name, Etag = session.Etag }, AsCoordinator(Start))).Session;
    }

    public AttendanceLine Line(string professional, SessionRole role) => new()
    {
        Professional = professional, Role = role, Mode = AttendanceMode.InPerson, InTime = Start.ToProto(), OutTime = Start.AddMinutes(60).ToProto(),
        Kilometres = 12, NoOtherFunderDeclared = true, Signature = "PAPER",
    };

    public RecordAttendanceRequest Sheet(Session session) => new()
    {
        RequestId = NewRequest(), Name = session.Name, Etag = session.Etag,
        Lines =
        {
            Line(Referent, SessionRole.Facilitator), Line(Expert, SessionRole.Expert), Line(Requester, SessionRole.Requester), Line(Physician, SessionRole.AttendingPhysician),
        },
    };

    public CloseItemRequest Discussing(Session session, int n) => new()
    {
        RequestId = NewRequest(), Name = session.Name, Etag = session.Etag, Case = Case(n), Present = { Referent, Expert, Requester },
    };

    /// <summary>Held, its first case discussed, four lines on the sheet: référent and GP came as liberals.</summary>
    public async Task<Session> Held(int cases = 1)
    {
        var session = await Opened(cases);
        session = (await Client.CloseItemAsync(Discussing(session, 1), AsCoordinator(Start.AddMinutes(30)))).Session;
        session = (await Client.RecordAttendanceAsync(Sheet(session), AsCoordinator(Start.AddMinutes(40)))).Session;
        return (await Client.CloseSessionAsync(
            new CloseSessionRequest { RequestId = NewRequest(), Name = session.Name, Etag = session.Etag }, AsCoordinator(Start.AddMinutes(60)))).Session;
    }

    public async Task<CertifyAttendanceResponse> Certify(Session session, DevelopmentClaims who) =>
        await Client.CertifyAttendanceAsync(
            new CertifyAttendanceRequest { RequestId = NewRequest(), Name = session.Name, Etag = session.Etag }, As(who, Start.AddHours(2)));
}
