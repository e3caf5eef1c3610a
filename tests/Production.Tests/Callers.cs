using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Dapper;
using Intervision.Indemnisation.V1;
using Intervision.Intake.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intervision.Production.Tests;

/// <summary>For each service somebody who has it do something new without a pause, as one service of the suite calls another.</summary>
internal sealed class Callers : IAsyncDisposable
{
    private static int last;
    private readonly TestPostgres postgres;

    private Callers(WholeSuite suite, TestPostgres postgres)
    {
        this.postgres = postgres;
        var coordinator = new DevelopmentClaims("coordinator@region", [Roles.Coordinator]);
        All =
        [
            new Caller<MembershipService.MembershipServiceClient>(suite, "membership", coordinator, Organisation, () => Stored("membership", "select 'organisations/' || identifier from organisation")),
            new Caller<IntakeService.IntakeServiceClient>(suite, "intake", coordinator, Case, () => Stored("intake", "select 'cases/' || code from cases")),
            new Caller<SeasonService.SeasonServiceClient>(suite, "scheduling", coordinator, Room, () => Stored("scheduling", "select 'rooms/' || id from room")),
            new Caller<IndemnisationService.IndemnisationServiceClient>(suite, "indemnisation", new("officer@finance", [Roles.FinanceOfficer]), Payee, () => Stored("indemnisation", "select name from payee")),
        ];
    }

    public IReadOnlyList<Caller> All { get; }

    /// <summary>Once the migrations have run: what they refer to is there then.</summary>
    public static async Task<Callers> Of(WholeSuite suite, TestPostgres postgres)
    {
        await SmallRegion.TellDirectory(postgres);
        await using var membership = new NpgsqlConnection(postgres.Owner("membership"));
        await membership.ExecuteAsync(
            "insert into commune values (@Commune, 'Lens', '62', '{62300}', 30000, sha256(''), 1, now())", new { SmallRegion.Commune });
        return new(suite, postgres);
    }

    /// <exception cref="Grpc.Core.RpcException">The first call that failed.</exception>
    public async Task Until(CancellationToken enough)
    {
        var workers = All.Select(caller => Task.Run(() => caller.Call(enough), CancellationToken.None)).ToList();
        while (workers.Count > 0)
        {
            var ended = await Task.WhenAny(workers);
            workers.Remove(ended);
            await ended;
        }
    }

    /// <summary>By whichever instance, and whoever was replaced meanwhile.</summary>
    public async Task EachIsSaidOnce()
    {
        foreach (var caller in All.Where(c => c.Service is "membership" or "intake"))
        {
            await Eventually.IsTrue(async () => (await Stored(caller.Service, "select 'waits' from outbox")).Count == 0, $"{caller.Service} has said all", TimeSpan.FromSeconds(60));
            var said = await Stored(caller.Service, "select subject from published_event");
            Assert.Superset(caller.Done.Select(d => d.Name).ToHashSet(StringComparer.Ordinal), said.ToHashSet(StringComparer.Ordinal));
            Assert.Empty(await Stored(caller.Service, "select aggregate_id || ' ' || stream_no from published_event group by aggregate_id, stream_no having count(*) > 1"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var caller in All)
        {
            await caller.DisposeAsync();
        }
    }

    private Task<IReadOnlyList<string>> Stored(string database, string sql) => postgres.Query<string>(database, sql);

    private static async Task<string> Organisation(MembershipService.MembershipServiceClient membership, DateTime deadline)
    {
        var siren = Siren(Interlocked.Increment(ref last));
        var organisation = new Organisation { IdentifierType = "SIREN", Identifier = siren, DisplayName = "CHRS", Kind = "CHRS", Commune = SmallRegion.Commune };
        return (await membership.CreateOrganisationAsync(new() { RequestId = SmallRegion.NewId(), Organisation = organisation }, deadline: deadline)).Organisation.Name;
    }

    private static async Task<string> Case(IntakeService.IntakeServiceClient intake, DateTime deadline) =>
        (await intake.SubmitCaseAsync(SmallRegion.Request(), deadline: deadline)).Case.Name;

    private static async Task<string> Room(SeasonService.SeasonServiceClient seasons, DateTime deadline)
    {
        var room = new Room { Host = "organisations/1", DisplayName = $"Salle {Interlocked.Increment(ref last)}", Seats = 12 };
        return (await seasons.PutRoomAsync(new() { RequestId = SmallRegion.NewId(), Room = room }, deadline: deadline)).Room.Name;
    }

    private static async Task<string> Payee(IndemnisationService.IndemnisationServiceClient money, DateTime deadline)
    {
        var number = Interlocked.Increment(ref last);
        var payee = new Payee
        {
            Name = $"payees/{number}", Kind = Indemnisation.V1.Payee.Types.Kind.Person, HolderName = "Docteur Élodie Hochart", Iban = "FR1420041010050500013M02606", Professionals = { $"professionals/{number}" },
        };
        return (await money.CreatePayeeAsync(new() { RequestId = SmallRegion.NewId(), Payee = payee }, deadline: deadline)).Payee.Name;
    }

    /// <summary>Eight digits and their Luhn key.</summary>
    private static string Siren(int number)
    {
        var digits = (10_000_000 + number).ToString(CultureInfo.InvariantCulture);
        var sum = digits.Select((digit, i) => i % 2 == 0 ? digit - '0' : (2 * (digit - '0') / 10) + (2 * (digit - '0') % 10)).Sum();
        return $"{digits}{(10 - (sum % 10)) % 10}";
    }
}

/// <summary>One of them.</summary>
internal abstract class Caller(string service, Func<Task<IReadOnlyList<string>>> stored) : IAsyncDisposable
{
    public string Service => service;

    /// <summary>Names of what was answered.</summary>
    public ConcurrentBag<(string Name, TimeSpan Took)> Done { get; } = [];

    /// <summary>Names of what the database holds of it.</summary>
    public Task<IReadOnlyList<string>> Stored() => stored();

    public async Task Call(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var clock = Stopwatch.StartNew();
            Done.Add((await Once(TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(60)), clock.Elapsed));
        }
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task<string> Once(DateTime deadline);
}

internal sealed class Caller<TClient> : Caller
    where TClient : class
{
    private readonly WebApplication host;
    private readonly Func<TClient, DateTime, Task<string>> once;

    public Caller(WholeSuite suite, string service, DevelopmentClaims who, Func<TClient, DateTime, Task<string>> once, Func<Task<IReadOnlyList<string>>> stored)
        : base(service, stored)
    {
        this.once = once;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        foreach (var i in Enumerable.Range(0, suite.Ports(service).Count))
        {
            builder.Configuration[$"services:{service}:grpc:{i}"] = suite.Address(service, i);
        }

        builder.Configuration["Authentication:ServiceToken"] = suite.Token(who);
        builder.AddServiceClient<TClient>(service);
        host = builder.Build();
    }

    public override ValueTask DisposeAsync() => host.DisposeAsync();

    protected override Task<string> Once(DateTime deadline) => once(host.Services.GetRequiredService<TClient>(), deadline);
}
