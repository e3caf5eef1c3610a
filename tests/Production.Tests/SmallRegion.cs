using Dapper;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Production.Tests;

/// <summary>Intake and Scheduling with their databases on one cluster, and one pôle that they have heard of.</summary>
internal sealed class SmallRegion(TestPostgres postgres, string? rabbitmq)
{
    public const string Commune = "62498";
    private const string Requester = "professionals/PER-1", Referent = "professionals/PER-3", Pole = "poles/P12";

    /// <summary>As Intake tells it when Membership has said it.</summary>
    private const string Directory =
        """
        insert into programme (name, attending_physician_required) values ('programmes/ADDICTIONS', true);
        insert into pole (name, programme, active) values ('poles/P12', 'programmes/ADDICTIONS', true);
        insert into commune (insee_code, departement) values ('62498', '62');
        insert into pole_commune (insee_code, pole) values ('62498', 'poles/P12');
        insert into professional (name, rpps) values ('professionals/PER-1', '99700000013'), ('professionals/PER-3', '99700000039');
        insert into professional_activity (professional, position, profession_table, profession_code, from_date)
        values ('professionals/PER-1', 1, 'TRE_G15', '10', '2020-01-01'), ('professionals/PER-3', 1, 'TRE_G15', '10', '2020-01-01');
        insert into reference_list (list, version, codes, put_time)
        values ('motive', '2026', '{COMPLEXITE_SUIVI}', '2026-01-01'), ('age_band', '2026', '{35-44}', '2026-01-01'),
          ('context', '2026', '{ISOLEMENT}', '2026-01-01'), ('product', '2026', '{ALCOOL}', '2026-01-01');
        """;

    private static readonly string MasterKey = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    private static Metadata AsRequester => Tokens.As(Tokens.Professional(Requester, "99700000013"));

    public static Metadata Coordinator => Tokens.As(Tokens.Coordinator());

    /// <summary>What the region consists of, and nothing else yet.</summary>
    public async Task Prepare(params string[] services)
    {
        foreach (var service in services)
        {
            var (code, said) = await ServiceProcess.Run(
                service,
                new Dictionary<string, string>(Environment(service), StringComparer.Ordinal) { ["ConnectionStrings__owner"] = postgres.Owner(service), ["Database__AppPassword"] = TestPostgres.AppPassword },
                "migrate");
            Assert.True(code == 0, said);
        }

        await TellDirectory(postgres);
    }

    /// <summary>What Intake has to have heard before it takes a case.</summary>
    public static async Task TellDirectory(TestPostgres postgres)
    {
        await using var connection = new NpgsqlConnection(postgres.Owner("intake"));
        await connection.ExecuteAsync(Directory);
    }

    public Task<ServiceProcess> Start(string service, (int Grpc, int Http)? at = null) => ServiceProcess.Start(service, Environment(service), at);

    public Task<(int Code, string Said)> Run(string service, params string[] arguments) => ServiceProcess.Run(service, Environment(service), arguments);

    public Dictionary<string, string> Environment(string service)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__database"] = postgres.App(service, service),
            ["Authentication__DevelopmentPublicKey"] = Tokens.PublicKey,
            ["Intake__MasterKey"] = MasterKey,
            ["Intake__RegionalMailbox"] = "region@intervision.invalid",
            ["Video__BaseUrl"] = "https://visio.invalid",
            ["services__intake__grpc__0"] = "http://127.0.0.1:1",
            ["services__membership__grpc__0"] = "http://127.0.0.1:1",
        };
        environment[rabbitmq is null ? "Messaging__Enabled" : "ConnectionStrings__rabbitmq"] = rabbitmq ?? "false";
        return environment;
    }

    public static GrpcChannel ChannelOf(ServiceProcess service) => GrpcChannel.ForAddress(service.Grpc);

    public static SubmitCaseRequest Request() => new()
    {
        RequestId = NewId(),
        Channel = "ASSOCIATION",
        ExternalId = NewId(),
        Requester = Requester,
        Programme = "programmes/ADDICTIONS",
        Pole = Pole,
        Commune = Commune,
        PrincipalMotive = "COMPLEXITE_SUIVI",
        AgeBand = "35-44",
        Sex = "F",
        Contexts = { "ISOLEMENT" },
        Products = { "ALCOOL" },
        Question = "Qui assure le suivi psychiatrique et à quelle fréquence ?",
        ConsentStatus = ConsentStatus.Granted,
        ConsentForm = ConsentForm.Oral,
        ConsentGiver = ConsentGiver.Patient,
        AttendingPhysicianAbsence = AttendingPhysicianAbsence.Unreachable,
    };

    /// <summary>From the deposit to the waiting list of Scheduling.</summary>
    public static async Task<Case> Ready(IntakeService.IntakeServiceClient intake)
    {
        var referent = Tokens.As(Tokens.Referent(Referent, Pole));
        var found = (await intake.SubmitCaseAsync(Request(), Coordinator)).Case;
        found = (await intake.AcceptCaseAsync(new AcceptCaseRequest { RequestId = NewId(), Name = found.Name, Etag = found.Etag }, Coordinator)).Case;
        var sheet = new Sheet { Treatments = { "Méthadone 40 mg" }, Question = "Comment coordonner les prescriptions ?", Situation = "Suivi irrégulier." };
        found = (await intake.WriteSheetAsync(new WriteSheetRequest { RequestId = NewId(), Name = found.Name, Etag = found.Etag, Sheet = sheet }, AsRequester)).Case;
        await intake.ReadSheetAsync(new ReadSheetRequest { Name = found.Name, Purpose = "SECOND_READING" }, referent);
        return (await intake.ApproveSheetAsync(new ApproveSheetRequest { RequestId = NewId(), Name = found.Name, Etag = found.Etag }, referent)).Case;
    }

    /// <summary>Its patient took the consent back: it may be erased, and until then its texts are there.</summary>
    public static async Task<Case> Withdrawn(IntakeService.IntakeServiceClient intake)
    {
        var ready = await Ready(intake);
        return (await intake.RecordConsentAsync(
            new RecordConsentRequest { RequestId = NewId(), Name = ready.Name, Etag = ready.Etag, Status = ConsentStatus.Withdrawn, Giver = ConsentGiver.Patient }, AsRequester)).Case;
    }

    public Task<IReadOnlyList<T>> Query<T>(string database, string sql, object? parameters = null) => postgres.Query<T>(database, sql, parameters);

    public static string NewId() => Guid.CreateVersion7().ToString();
}
