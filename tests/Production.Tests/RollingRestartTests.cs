using System.Collections.Concurrent;
using System.Diagnostics;
using Dapper;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intervision.Production.Tests;

/// <summary>A new version without a lost request: SIGTERM lets calls end, and callers of the suite try the other instance.</summary>
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    private const int Workers = 4;

    [Fact]
    public async Task A_call_under_way_is_answered_before_the_process_ends()
    {
        await using var postgres = await TestPostgres.StartNew();
        var region = new SmallRegion(postgres, rabbitmq: null);
        await region.Prepare("intake");
        await using var intake = await region.Start("intake");
        using var channel = SmallRegion.ChannelOf(intake);
        var client = new IntakeService.IntakeServiceClient(channel);
        var deposited = (await client.SubmitCaseAsync(SmallRegion.Request(), SmallRegion.Coordinator)).Case;

        // Somebody else holds the case: the call waits.
        await using var holder = new NpgsqlConnection(postgres.Owner("intake"));
        await holder.OpenAsync();
        await using var held = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("select from cases for update", transaction: held);
        var accepting = client.AcceptCaseAsync(new AcceptCaseRequest { RequestId = SmallRegion.NewId(), Name = deposited.Name, Etag = deposited.Etag }, SmallRegion.Coordinator).ResponseAsync;
        await Eventually.IsTrue(
            async () => (await region.Query<long>("intake", "select count(*) from pg_stat_activity where datname = 'intake' and wait_event_type = 'Lock'"))[0] == 1, "the call waits for the case");

        var ended = intake.Terminate();
        await Eventually.IsTrue(() => Refuses(intake), "nobody new is let in");
        Assert.False(ended.IsCompleted || accepting.IsCompleted);
        await held.RollbackAsync();

        Assert.Equal(CaseState.InPreparation, (await accepting).Case.State);
        Assert.Equal(0, await ended);
    }

    [Fact]
    public async Task Deposits_go_on_while_each_instance_is_replaced()
    {
        var broker = await TestBroker.Shared();
        var rabbitmq = await broker.NewVirtualHost();
        await using var postgres = await TestPostgres.StartNew();
        var region = new SmallRegion(postgres, rabbitmq);
        await region.Prepare("intake");
        (int Grpc, int Http)[] places = [(Loopback.Port(), Loopback.Port()), (Loopback.Port(), Loopback.Port())];
        var instances = new[] { await region.Start("intake", places[0]), await region.Start("intake", places[1]) };
        using var answers = new Answers();
        await using var caller = Caller(places.Select(p => p.Grpc));
        var client = caller.Services.GetRequiredService<IntakeService.IntakeServiceClient>();

        using var enough = new CancellationTokenSource();
        var deposited = new ConcurrentBag<(string Name, TimeSpan Took)>();
        var workers = Enumerable.Range(0, Workers).Select(_ => Task.Run(() => Deposit(client, deposited, enough.Token))).ToList();
        await Both();
        for (var i = 0; i < instances.Length; i++)
        {
            await instances[i].Terminate();
            answers.Forget();
            await Eventually.IsTrue(() => Task.FromResult(answers.From(places[1 - i].Grpc) >= 20), "the other one answers");
            await instances[i].DisposeAsync();
            instances[i] = await region.Start("intake", places[i]);
            answers.Forget();
            await Both();
        }

        await enough.CancelAsync();
        // A call that failed fails here.
        await Task.WhenAll(workers);
        output.WriteLine($"{deposited.Count} deposits, the longest took {deposited.Max(d => d.Took).TotalMilliseconds:F0} ms");
        Assert.Equal(
            deposited.Select(d => d.Name).Order(StringComparer.Ordinal),
            (await region.Query<string>("intake", "select 'cases/' || code from cases")).Order(StringComparer.Ordinal));
        // Each said once, by whichever instance.
        await Eventually.IsTrue(
            async () => (await region.Query<long>("intake", "select count(*) from published_event"))[0] == deposited.Count, "all is said", TimeSpan.FromSeconds(60));
        Assert.Equal([0L], await region.Query<long>("intake", "select count(*) - count(distinct event_id) from published_event"));
        foreach (var instance in instances)
        {
            await instance.DisposeAsync();
        }

        await broker.Drop(rabbitmq);

        Task Both() => Eventually.IsTrue(() => Task.FromResult(places.All(p => answers.From(p.Grpc) >= 20)), "both answer", TimeSpan.FromSeconds(60));
    }

    private static async Task Deposit(IntakeService.IntakeServiceClient client, ConcurrentBag<(string, TimeSpan)> deposited, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var clock = Stopwatch.StartNew();
            var answer = await client.SubmitCaseAsync(
                SmallRegion.Request(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(60), cancellationToken: CancellationToken.None);
            deposited.Add((answer.Case.Name, clock.Elapsed));
        }
    }

    /// <summary>Calls as one service of the suite calls another.</summary>
    private static WebApplication Caller(IEnumerable<int> ports)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        foreach (var (port, i) in ports.Select((port, i) => (port, i)))
        {
            builder.Configuration[$"services:intake:grpc:{i}"] = $"http://{Loopback.Host}:{port}";
        }

        builder.Configuration["Authentication:ServiceToken"] = Tokens.Mint(Tokens.Coordinator());
        builder.AddServiceClient<IntakeService.IntakeServiceClient>("intake");
        return builder.Build();
    }

    private static async Task<bool> Refuses(ServiceProcess process)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            await http.GetAsync(new Uri(process.Http, "/alive"));
            return false;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return true;
        }
    }

    /// <summary>Calls of this test that were answered, by the port that answered.</summary>
    private sealed class Answers : IDisposable
    {
        private readonly ActivityListener listener;
        private ConcurrentDictionary<int, int> counts = new();

        public Answers()
        {
            listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "System.Net.Http",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    if (activity.GetTagItem("server.address") is string host && host == Loopback.Host && activity.GetTagItem("server.port") is int port && activity.GetTagItem("http.response.status_code") is 200)
                    {
                        counts.AddOrUpdate(port, 1, (_, before) => before + 1);
                    }
                },
            };
            ActivitySource.AddActivityListener(listener);
        }

        public int From(int port) => counts.GetValueOrDefault(port);

        public void Forget() => counts = new();

        public void Dispose() => listener.Dispose();
    }
}
