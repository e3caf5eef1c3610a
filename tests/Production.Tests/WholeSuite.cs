using System.Security.Cryptography;
using Grpc.Core;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Production.Tests;

/// <summary>All four services as processes on one cluster, each told where the others are.</summary>
/// <param name="folder">Keys and payment files; a folder that another suite left behind is taken over as it is.</param>
/// <param name="instances">Of each service, side by side.</param>
internal sealed class WholeSuite(TestPostgres postgres, string rabbitmq, string folder, int instances = 1) : IAsyncDisposable
{
    public static readonly string[] Services = ["membership", "intake", "scheduling", "indemnisation"];

    // Not disposed of: the library of tokens keeps what signs with it, by its number, for the next suite with the same key.
    private readonly ECDsa key = DevelopmentTokens.LoadOrCreateKey(Path.Combine(folder, "secrets"));
    private readonly Dictionary<string, ServiceProcess> running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Grpc, int Http)[]> places = Services.ToDictionary(
        s => s, _ => Enumerable.Range(0, instances).Select(_ => (Loopback.Port(), Loopback.Port())).ToArray(), StringComparer.Ordinal);

    /// <summary>The gRPC ports of a service's instances.</summary>
    public IReadOnlyList<int> Ports(string service) => [.. places[service].Select(p => p.Grpc)];

    public string Address(string service, int instance = 0) => $"http://{Loopback.Host}:{places[service][instance].Grpc}";

    /// <summary>Of somebody whom all four believe.</summary>
    public string Token(DevelopmentClaims who) => DevelopmentTokens.Mint(key, who, TimeProvider.System.GetUtcNow());

    public Metadata As(DevelopmentClaims who, DateTimeOffset now) => new() { { "authorization", $"Bearer {Token(who)}" }, { "x-intervision-now", now.ToString("O") } };

    public Task Migrate() => Task.WhenAll(Services.Select(async service =>
    {
        var (code, said) = await ServiceProcess.Run(
            service,
            new Dictionary<string, string>(Environment(service), StringComparer.Ordinal) { ["ConnectionStrings__owner"] = postgres.Owner(service), ["Database__AppPassword"] = TestPostgres.AppPassword },
            "migrate");
        Assert.True(code == 0, said);
    }));

    /// <summary>Until every instance of every service is well.</summary>
    public Task Start() => Task.WhenAll(Enumerable.Range(0, instances).Select(StartOneOfEach));

    /// <summary>One instance of each service, at the place where it was.</summary>
    public Task StartOneOfEach(int instance) => Task.WhenAll(Services.Select(async service =>
    {
        var started = await ServiceProcess.Start(service, Environment(service), places[service][instance]);
        lock (running)
        {
            running.Add($"{service} {instance}", started);
        }
    }));

    /// <summary>SIGTERM to one instance of each service, until all of them have ended.</summary>
    public async Task EndOneOfEach(int instance)
    {
        var ended = Services.Select(service => $"{service} {instance}").ToList();
        Assert.All(await Task.WhenAll(ended.Select(name => running[name].Terminate())), code => Assert.Equal(0, code));
        foreach (var name in ended)
        {
            await running[name].DisposeAsync();
            running.Remove(name);
        }
    }

    public async Task End()
    {
        for (var instance = 0; instance < instances; instance++)
        {
            await EndOneOfEach(instance);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in running.Values)
        {
            await process.DisposeAsync();
        }
    }

    private Dictionary<string, string> Environment(string service)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__database"] = postgres.App(service, service),
            ["ConnectionStrings__rabbitmq"] = rabbitmq,
            ["Authentication__DevelopmentPublicKey"] = DevelopmentTokens.PublicKey(key),
            ["Authentication__ServiceToken"] = Token(new(service, [Roles.Service])),
            ["Intake__MasterKey"] = MasterKey(),
            ["Intake__RegionalMailbox"] = "region@intervision.invalid",
            ["Video__BaseUrl"] = "https://visio.invalid",
            ["Indemnisation__PaymentFolder"] = Path.Combine(folder, "payments"),
        };
        foreach (var (other, i) in Services.SelectMany(s => Enumerable.Range(0, instances).Select(i => (s, i))))
        {
            environment[$"services__{other}__grpc__{i}"] = Address(other, i);
        }

        return environment;
    }

    /// <summary>Kept apart from the databases, as in production: a restore needs it.</summary>
    private string MasterKey()
    {
        var file = Path.Combine(folder, "secrets", "intake-master-key");
        lock (places)
        {
            if (!File.Exists(file))
            {
                File.WriteAllText(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
            }

            return File.ReadAllText(file);
        }
    }
}
