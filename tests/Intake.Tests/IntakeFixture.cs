using System.Security.Cryptography;
using Grpc.Core;
using Intervision.Intake.Retention;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Intervision.Intake.Tests;

/// <summary>Intake on its own database, with a small directory of made-up people.</summary>
public class IntakeFixture() : ServiceFixture<Program>("intake")
{
    public static readonly DateTimeOffset Start = new(2026, 10, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>A general practitioner of P12, requester of most cases.</summary>
    public const string Doctor = "professionals/PER-1";

    /// <summary>A social worker without RPPS.</summary>
    public const string SocialWorker = "professionals/PER-2";

    /// <summary>The référent of P12, a general practitioner.</summary>
    public const string ReferentName = "professionals/PER-3";

    public const string Pharmacist = "professionals/PER-4";

    /// <summary>In neither category of CSP R1110-2.</summary>
    public const string Mediator = "professionals/PER-5";

    public const string ExpertName = "professionals/PER-6";

    /// <summary>Attending physician where a test names one.</summary>
    public const string Physician = "professionals/PER-7";
    public const string CptsName = "organisations/99900020100015";
    public const string OtherCptsName = "organisations/99900180300017";

    public static DevelopmentClaims Coordinator => Tokens.Coordinator();

    public static DevelopmentClaims Referent => Tokens.Referent(ReferentName, "poles/P12");

    /// <summary>Named for P12 where its référent cannot be the second reader.</summary>
    public static DevelopmentClaims Substitute => Tokens.Referent(Physician, "poles/P12");

    public static DevelopmentClaims OtherReferent => Tokens.Referent("professionals/PER-9", "poles/P01");

    public static DevelopmentClaims Host => Tokens.HostCoordinator("host@p12", "poles/P12");

    public static DevelopmentClaims Requester => Tokens.Professional(Doctor, "99700000013");

    public static DevelopmentClaims Cpts => Tokens.Cpts(CptsName);

    public static DevelopmentClaims Scheduling => Tokens.Service("scheduling");

    public IntakeService.IntakeServiceClient Intake => Client<IntakeService.IntakeServiceClient>();

    public static string NewId() => Guid.CreateVersion7().ToString();

    public static Metadata At(DevelopmentClaims who, double hours = 0) => Tokens.As(who, Start.AddHours(hours));

    /// <summary>A request that is accepted: from a coordinator, for pôle P12, consent granted.</summary>
    public static SubmitCaseRequest Request(Action<SubmitCaseRequest>? change = null)
    {
        var request = new SubmitCaseRequest
        {
            RequestId = NewId(),
            Channel = "ASSOCIATION",
            ExternalId = NewId(),
            Requester = Doctor,
            Programme = "programmes/ADDICTIONS",
            Pole = "poles/P12",
            Commune = "62498",
            PrincipalMotive = "COMPLEXITE_SUIVI",
            OtherMotives = { "POLYCONSOMMATION" },
            AgeBand = "35-44",
            Sex = "F",
            Contexts = { "ISOLEMENT" },
            Products = { "ALCOOL" },
            Question = "Qui assure le suivi psychiatrique et à quelle fréquence ?",
            ConsentStatus = ConsentStatus.Granted,
            ConsentForm = ConsentForm.Oral,
            ConsentGiver = ConsentGiver.Patient,
            AttendingPhysicianAbsence = AttendingPhysicianAbsence.Unreachable,
            Actors = { Pharmacist, SocialWorker },
            Availabilities = { new Availability { Date = new DateOnly(2026, 10, 20).ToProto(), HalfDay = Availability.Types.HalfDay.Noon } },
        };
        change?.Invoke(request);
        return request;
    }

    public static Sheet Sheet(string situation = "Suivi irrégulier, plusieurs prescripteurs.") => new()
    {
        Treatments = { "Méthadone 40 mg" },
        Question = "Comment coordonner les prescriptions entre les acteurs ?",
        Situation = situation,
    };

    public async Task<Case> Submitted(Action<SubmitCaseRequest>? change = null) =>
        (await Intake.SubmitCaseAsync(Request(change), At(Coordinator))).Case;

    public async Task<Case> Accepted(Action<SubmitCaseRequest>? change = null)
    {
        var submitted = await Submitted(change);
        var response = await Intake.AcceptCaseAsync(
            new AcceptCaseRequest { RequestId = NewId(), Name = submitted.Name, Etag = submitted.Etag }, At(Coordinator, 1));
        return response.Case;
    }

    /// <summary>Accepted, the sheet written by the requester.</summary>
    public async Task<Case> Written(Sheet? sheet = null)
    {
        var accepted = await Accepted();
        var response = await Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = NewId(), Name = accepted.Name, Etag = accepted.Etag, Sheet = sheet ?? Sheet() }, At(Requester, 2));
        return response.Case;
    }

    public async Task<Case> Ready()
    {
        return await Approved(await Written());
    }

    /// <summary>Read a second time, and approved, by the référent if nobody else is said.</summary>
    public async Task<Case> Approved(Case written, double hours = 3, DevelopmentClaims? by = null)
    {
        await SecondReading(written, hours, by);
        var response = await Intake.ApproveSheetAsync(
            new ApproveSheetRequest { RequestId = NewId(), Name = written.Name, Etag = written.Etag }, At(by ?? Referent, hours));
        return response.Case;
    }

    public async Task<ReadSheetResponse> SecondReading(Case written, double hours = 3, DevelopmentClaims? by = null) =>
        await Intake.ReadSheetAsync(new ReadSheetRequest { Name = written.Name, Purpose = "SECOND_READING" }, At(by ?? Referent, hours));

    public async Task<Case> Scheduled(string session)
    {
        var ready = await Ready();
        await Deliver(
            "scheduling", new CaseScheduled { Session = session, Case = ready.Name, Date = new DateOnly(2026, 10, 20).ToProto() }, session, Start.AddHours(4));
        return await Get(ready.Name);
    }

    public async Task<Case> Discussed(string session)
    {
        var scheduled = await Scheduled(session);
        await Deliver(
            "scheduling",
            new CaseDiscussed { Session = session, Case = scheduled.Name, DiscussTime = Start.AddHours(5).ToProto() },
            session,
            Start.AddHours(5),
            streamNo: 2);
        return await Get(scheduled.Name);
    }

    public async Task<Case> Decided(string session)
    {
        var discussed = await Discussed(session);
        var response = await Intake.RecordDecisionsAsync(Decisions(discussed, session), At(Referent, 6));
        return response.Case;
    }

    public static RecordDecisionsRequest Decisions(Case discussed, string session, string wording = "Revoir le cadre de délivrance.") => new()
    {
        RequestId = NewId(),
        Name = discussed.Name,
        Etag = discussed.Etag,
        Session = session,
        Decisions =
        {
            new Decision
            {
                Orientation = "ORIENTATION_CSAPA",
                Responsible = Doctor,
                DueDate = new DateOnly(2026, 11, 1).ToProto(),
                PatientAgreementSought = true,
                Wording = wording,
            },
        },
    };

    public async Task<Case> Get(string name) => (await Intake.GetCaseAsync(new GetCaseRequest { Name = name }, At(Coordinator))).Case;

    public static string NewSession() => $"sessions/{NewId()}";

    public AllLogs AllLogs { get; } = new();

    public static string NewMasterKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    protected string MasterKey { get; } = NewMasterKey();

    /// <summary>As the migrate step does in Development: calls bring their clock.</summary>
    protected override Func<Tx, Task>? Seed => tx => RetentionClock.Set(tx, development: true);

    protected override void Configure(IWebHostBuilder builder)
    {
        builder.UseSetting("Intake:RegionalMailbox", "region@intervision.invalid");
        builder.UseSetting("Intake:MasterKey", MasterKey);
        builder.ConfigureLogging(logging => logging.AddProvider(AllLogs).AddFilter<AllLogs>(null, LogLevel.Trace));
    }

    protected override async Task Prepare()
    {
        await Deliver("membership", Programme("programmes/ADDICTIONS", physicianRequired: true));
        await Deliver("membership", Programme("programmes/SANTE_PRECARITE", physicianRequired: false));
        await Deliver("membership", Communes("62", "62498", "62427", "62100"));
        await Deliver("membership", Communes("59", "59350"));
        await Deliver("membership", Communes("80", "80001"));
        await Deliver("membership", Pole("poles/P12", "programmes/ADDICTIONS", "62498", "62427"));
        await Deliver("membership", Pole("poles/P13", "programmes/ADDICTIONS", "62427"));
        await Deliver("membership", Pole("poles/P01", "programmes/ADDICTIONS", "59350"));
        await Deliver("membership", Pole("poles/L01", "programmes/SANTE_PRECARITE", "59350"));
        await Deliver("membership", Organisation(CptsName, "62498", "62427"));
        await Deliver("membership", Organisation(OtherCptsName, "59350"));
        await Deliver("membership", Person(Doctor, "99700000013", "TRE_G15", "10"));
        await Deliver("membership", Person(SocialWorker, "", "TRE_R94", "41"));
        await Deliver("membership", Person(ReferentName, "99700000039", "TRE_G15", "10"));
        await Deliver("membership", Person(Pharmacist, "99700000047", "TRE_G15", "21"));
        await Deliver("membership", Person(Mediator, "", "TRE_R291", "12"));
        await Deliver("membership", Person(ExpertName, "99700000062", "TRE_G15", "10"));
        await Deliver("membership", Person(Physician, "99700000070", "TRE_G15", "10"));
        await Put("motive", "COMPLEXITE_SUIVI", "POLYCONSOMMATION", "SURCONSOMMATION", "RUPTURE_SOINS", "PSYCHO_SOCIALE", "AUTRE");
        await Put("age_band", "15-17", "18-24", "35-44");
        await Put("context", "ISOLEMENT", "SANS_LOGEMENT");
        await Put("product", "ALCOOL", "TABAC");
    }

    private async Task Put(string list, params string[] codes) =>
        await Intake.PutReferenceListAsync(
            new PutReferenceListRequest { RequestId = NewId(), List = list, Version = "2026", Codes = { codes } }, At(Coordinator));

    private Task Deliver(string source, Google.Protobuf.IMessage message) => Deliver(source, message, "test", Start);

    private static ProgrammeChanged Programme(string name, bool physicianRequired) =>
        new() { Programme = new Programme { Name = name, AttendingPhysicianRequired = physicianRequired } };

    private static CommunesChanged Communes(string departement, params string[] codes) =>
        new() { Departement = departement, InseeCodes = { codes } };

    private static PoleChanged Pole(string name, string programme, params string[] communes) =>
        new() { Pole = new Pole { Name = name, Programme = programme, SeatCommune = communes[0], Communes = { communes }, State = Membership.V1.Pole.Types.State.Active } };

    private static OrganisationChanged Organisation(string name, params string[] territory) =>
        new() { Organisation = new Organisation { Name = name, Kind = "CPTS", TerritoryCommunes = { territory } } };

    private static ProfessionalChanged Person(string name, string rpps, string table, string code) => new()
    {
        Professional = new Professional
        {
            Name = name,
            Rpps = rpps,
            Activities = { new Activity { ProfessionTable = table, ProfessionCode = code, FromDate = new DateOnly(2020, 1, 1).ToProto() } },
        },
    };
}
