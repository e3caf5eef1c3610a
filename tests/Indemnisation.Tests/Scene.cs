using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>One programme of 2026 played through the real service: grid of DOMAIN §6, envelope, sessions of 90 minutes at 12:30.</summary>
public sealed class Scene(IndemnisationFixture fixture, int number, SceneSettings settings)
{
    private int people;
    private int sessions;

    public static DateTimeOffset Start { get; } = new(2026, 9, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>After everything that the tests let happen.</summary>
    public static DateTimeOffset Later { get; } = new(2026, 12, 1, 8, 0, 0, TimeSpan.Zero);

    public IndemnisationService.IndemnisationServiceClient Service => fixture.Service;

    public PayeeService.PayeeServiceClient Payees => fixture.Payees;

    public IndemnisationFixture Fixture => fixture;

    public string Programme => $"programmes/T{number}";

    public string EnvelopeName => $"envelopes/FIR-ITV-T{number}-2026";

    public string GridName => $"rateGrids/GRI-T{number}";

    public static string NewId() => Guid.CreateVersion7().ToString();

    public async Task Prepare()
    {
        if (settings.WithProgramme)
        {
            await TellProgramme();
        }

        if (settings.WithGrid)
        {
            await PublishGrid();
        }

        if (settings.WithEnvelope)
        {
            await PutEnvelope(settings.EnvelopeCents);
        }

        await Service.PutDebtorAsync(
            new PutDebtorRequest { RequestId = NewId(), HolderName = "Association Généraliste & Addictions", Iban = "FR7699999000620000099999992", Bic = "ABCDFR2L" },
            Tokens.As(Finance.Approver, Start));
    }

    public Task TellProgramme() => fixture.Deliver(
        "membership", new ProgrammeChanged { Programme = new Programme { Name = Programme, Indemnified = settings.Indemnified } }, Programme, Start);

    public async Task PublishGrid() =>
        await Service.PublishRateGridAsync(new PublishRateGridRequest { RequestId = NewId(), RateGrid = Grid(GridName, Programme) }, Tokens.As(Finance.Officer, Start));

    public async Task<Envelope> PutEnvelope(long cents) =>
        (await Service.PutEnvelopeAsync(new PutEnvelopeRequest { RequestId = NewId(), Envelope = EnvelopeOf(cents) }, Tokens.As(Finance.Approver, Start))).Envelope;

    public Envelope EnvelopeOf(long cents) => new()
    {
        Name = EnvelopeName,
        FundingCode = "FIR-ITV",
        Programme = Programme,
        FiscalYear = 2026,
        Amount = cents.ToMoney(),
        WarningPercent = settings.WarningPercent,
    };

    /// <summary>A liberal professional that Membership knows; with a payee unless told otherwise.</summary>
    public async Task<Person> NewPerson(string profession = "10", bool known = true, bool payee = true)
    {
        var n = number * 1000 + Interlocked.Increment(ref people);
        var person = new Person($"professionals/PER-{n:D5}", $"997{n:D8}", profession, $"payees/PAY-{n:D5}", SampleIban.Of(n));
        if (known)
        {
            await TellProfessional(person);
        }

        if (payee)
        {
            await CreatePayee(person);
        }

        return person;
    }

    public Task TellProfessional(Person person) => fixture.Deliver(
        "membership",
        new ProfessionalChanged { Professional = new Professional { Name = person.Name, Rpps = person.Rpps, FamilyName = "Hochart", GivenName = "Élodie" } },
        person.Name, Start);

    public async Task<Payee> CreatePayee(Person person, DateTimeOffset? now = null) =>
        (await Service.CreatePayeeAsync(
            new CreatePayeeRequest { RequestId = NewId(), Payee = PayeeOf(person) }, Tokens.As(Finance.Officer, now ?? Start))).Payee;

    public static Payee PayeeOf(Person person) => new()
    {
        Name = person.Payee,
        Kind = Payee.Types.Kind.Person,
        HolderName = "Docteur Élodie Hochart",
        Iban = person.Iban,
        Bic = "ABCDFR2L",
        Professionals = { person.Name },
    };

    /// <summary>A session of 90 minutes at 12:30 in Paris.</summary>
    public SessionAt NewSession(DateOnly? date = null, string pole = "poles/P12") =>
        new($"sessions/{Guid.CreateVersion7()}", date ?? new DateOnly(2026, 9, 15).AddDays(Interlocked.Increment(ref sessions)), pole);

    public Task Convene(SessionAt session, params Person[] invited) => fixture.Deliver(
        "scheduling", ConvenedOf(session, invited), session.Name, session.StartTime.AddDays(-14));

    public SessionConvened ConvenedOf(SessionAt session, params Person[] invited) => new()
    {
        Session = session.Name,
        Pole = session.Pole,
        Programme = Programme,
        Date = session.Date.ToProto(),
        StartInstant = session.StartTime.ToTimestamp(),
        EndInstant = session.EndTime.ToTimestamp(),
        People = { invited.Select(p => new SessionConvened.Types.InvitedPerson { Professional = p.Name, Role = SessionRole.Requester, Capacity = p.Capacity }) },
    };

    public Task Certify(SessionAt session, params AttendanceLine[] lines) => fixture.Deliver(
        "scheduling", SheetOf(session, lines), session.Name, session.EndTime.AddHours(1));

    /// <param name="line">Null: the person was not there.</param>
    /// <param name="revision">Of the sheet: 2 for the first correction.</param>
    public Task Correct(SessionAt session, Person person, int revision, AttendanceLine? line, DateTimeOffset? now = null) => fixture.Deliver(
        "scheduling",
        new AttendanceCorrected
        {
            Session = session.Name, Pole = session.Pole, Programme = Programme, Date = session.Date.ToProto(), StartInstant = session.StartTime.ToProto(),
            EndInstant = session.EndTime.ToProto(), Certifiers = { "host@pole" }, Professional = person.Name, Revision = revision, Line = line, Reason = "TIME_WRONG",
        },
        session.Name,
        now ?? session.EndTime.AddHours(1 + revision),
        1 + revision);

    public AttendanceCertified SheetOf(SessionAt session, params AttendanceLine[] lines) => new()
    {
        Session = session.Name,
        Pole = session.Pole,
        Programme = Programme,
        Date = session.Date.ToProto(),
        StartInstant = session.StartTime.ToTimestamp(),
        EndInstant = session.EndTime.ToTimestamp(),
        Certifiers = { "professionals/PER-REFERENT" },
        Lines = { lines },
    };

    public async Task<IReadOnlyList<IndemnityLine>> LinesOf(SessionAt session) =>
        (await Service.ListLinesAsync(new ListLinesRequest { Session = session.Name, PageSize = 1000 }, Tokens.As(Finance.Officer))).Lines;

    /// <summary>A session certified with these people for 80 minutes each.</summary>
    public async Task<IReadOnlyList<IndemnityLine>> Held(params Person[] present)
    {
        var session = NewSession();
        await Certify(session, [.. present.Select(p => p.Present(session, 80))]);
        return await LinesOf(session);
    }

    public AsyncUnaryCall<ApproveLinesResponse> Approve(IEnumerable<IndemnityLine> lines, DevelopmentClaims? by = null) =>
        Service.ApproveLinesAsync(
            new ApproveLinesRequest { RequestId = NewId(), Names = { lines.Select(l => l.Name) } }, Tokens.As(by ?? Finance.Officer, Later));

    public async Task<PaymentRun> Propose(DateTimeOffset? now = null) =>
        (await Service.ProposePaymentRunAsync(ProposeOf(), Tokens.As(Finance.Officer, now ?? Later))).PaymentRun;

    public ProposePaymentRunRequest ProposeOf() => new()
    {
        RequestId = NewId(),
        Programme = Programme,
        UpToDate = new DateOnly(2026, 12, 31).ToProto(),
        ExecutionDate = new DateOnly(2026, 12, 7).ToProto(),
    };

    public async Task<PaymentRun> ApprovedRun()
    {
        var run = await Propose();
        return (await Service.ApprovePaymentRunAsync(
            new ApprovePaymentRunRequest { RequestId = NewId(), Name = run.Name, Etag = run.Etag }, Tokens.As(Finance.Approver, Later))).PaymentRun;
    }

    public async Task<PaymentRun> ReleasedRun()
    {
        var run = await ApprovedRun();
        return (await Service.ReleasePaymentRunAsync(
            new ReleasePaymentRunRequest { RequestId = NewId(), Name = run.Name, Etag = run.Etag }, Tokens.As(Finance.Releaser, Later))).PaymentRun;
    }

    public async Task<ReconcileLedgerResponse> Reconcile() =>
        await Service.ReconcileLedgerAsync(new ReconcileLedgerRequest(), Tokens.As(Finance.Officer));

    public async Task<Envelope> Envelope() =>
        (await Service.ListEnvelopesAsync(new ListEnvelopesRequest { PageSize = 1000 }, Tokens.As(Finance.Auditor))).Envelopes.Single(e => e.Name == EnvelopeName);

    /// <summary>The illustrative grid of 2026 (DOMAIN §6).</summary>
    public static RateGrid Grid(string name, string programme) => new()
    {
        Name = name,
        Programme = programme,
        ValidFromDate = new DateOnly(2026, 1, 1).ToProto(),
        ValidUntilDate = new DateOnly(2027, 1, 1).ToProto(),
        Rates =
        {
            Participant("10", 2250), Participant("21", 1750), Participant("60", 1250),
            new Rate { Component = Component.FacilitatorSupplement, Unit = RateUnit.Flat, AmountCents = 4500 },
            new Rate { Component = Component.Travel, Unit = RateUnit.Kilometre, AmountCents = 35, FreeKilometres = 10, CapCents = 5000 },
        },
    };

    private static Rate Participant(string profession, long cents) => new()
    {
        ProfessionTable = "TRE_G15",
        ProfessionCode = profession,
        Component = Component.Participant,
        Unit = RateUnit.StartedQuarterHour,
        AmountCents = cents,
        MinimumMinutes = 30,
        PaidMinutesCap = 90,
    };
}

public sealed record Person(string Name, string Rpps, string Profession, string Payee, string Iban)
{
    public Capacity Capacity => new() { ProfessionTable = "TRE_G15", ProfessionCode = Profession, Mode = "L", Organisation = "organisations/1" };

    public AttendanceLine Present(
        SessionAt session, int minutes, SessionRole role = SessionRole.Requester, int kilometres = 0, bool video = false, bool? declared = true) => new()
    {
        Professional = Name,
        Role = role,
        Capacity = Capacity,
        Mode = video ? AttendanceMode.Video : AttendanceMode.InPerson,
        InTime = session.StartTime.ToTimestamp(),
        OutTime = session.StartTime.AddMinutes(minutes).ToTimestamp(),
        Kilometres = kilometres,
        NoOtherFunderDeclared = declared == true,
        OtherFunderDeclared = declared == false,
        Signature = "PAPER",
    };
}

public sealed record SessionAt(string Name, DateOnly Date, string Pole)
{
    /// <summary>In Paris.</summary>
    public TimeOnly Start { get; init; } = new(12, 30);

    public DateTimeOffset StartTime => Paris.InstantOf(Date, Start);

    public DateTimeOffset EndTime => StartTime.AddMinutes(90);
}

/// <summary>Valid French IBANs of a bank that does not exist.</summary>
public static class SampleIban
{
    public static string Of(int n)
    {
        var rib = 97 - (89L * 99999 + 3L * n) % 97;
        var bban = $"9999900000{n:D11}{rib:D2}";
        var check = 98 - (int)(System.Numerics.BigInteger.Parse(bban + "152700", System.Globalization.CultureInfo.InvariantCulture) % 97);
        return $"FR{check:D2}{bban}";
    }
}
