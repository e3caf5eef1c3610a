using Dapper;
using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Production.Tests;

/// <summary>A new version without a lost request: SIGTERM lets calls end, and callers of the suite try the other instance.</summary>
public sealed class RollingRestartTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Answers of an instance before it counts as one that works.</summary>
    private const int Enough = 10;

    private readonly string folder = Directory.CreateTempSubdirectory("intervision-rolling-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

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

    /// <summary>Two instances of every service, a caller of each that never pauses, and one after the other is replaced.</summary>
    [Fact]
    public async Task Requests_to_every_service_go_on_while_each_instance_is_replaced()
    {
        var broker = await TestBroker.Shared();
        var rabbitmq = await broker.NewVirtualHost();
        await using var postgres = await TestPostgres.StartNew();
        await using var suite = new WholeSuite(postgres, rabbitmq, folder, instances: 2);
        await suite.Migrate();
        await using var callers = await Callers.Of(suite, postgres);
        await suite.Start();
        using var answers = new Answers();
        using var enough = new CancellationTokenSource();
        var calling = callers.Until(enough.Token);
        await Works(0, 1);
        foreach (var (replaced, other) in ((int, int)[])[(0, 1), (1, 0)])
        {
            await suite.EndOneOfEach(replaced);
            await Works(other);
            await suite.StartOneOfEach(replaced);
            await Works(0, 1);
        }

        await enough.CancelAsync();
        // A call that failed fails here.
        await calling;
        foreach (var caller in callers.All)
        {
            output.WriteLine($"{caller.Service}: {caller.Done.Count} calls, the longest took {caller.Done.Max(d => d.Took).TotalMilliseconds:F0} ms");
            // Nothing that was answered is lost, nothing is there twice.
            Assert.Equal(caller.Done.Select(d => d.Name).Order(StringComparer.Ordinal), (await caller.Stored()).Order(StringComparer.Ordinal));
        }

        await callers.EachIsSaidOnce();
        await suite.End();
        await broker.Drop(rabbitmq);

        async Task Works(params int[] instances)
        {
            answers.Forget();
            await Eventually.IsTrue(
                () => Task.FromResult(calling.IsFaulted || WholeSuite.Services.All(s => instances.All(i => answers.From(suite.Ports(s)[i]) >= Enough))),
                $"instances {string.Join(" and ", instances)} of every service answer", TimeSpan.FromSeconds(60));
        }
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
}
