using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using Grpc.Core;
using Intervision.Indemnisation.Tests.Reports;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;

namespace Intervision.Indemnisation.Tests.FinanceEvents;

/// <summary>
/// clients/finance as its guide says: a queue of its own, filled from the first day by a replay, and the account of every payee
/// rebuilt from the events alone, to the cent of the ledger.
/// </summary>
public sealed class FinanceConsumerTests(FinanceConsumerTests.OnBroker fixture) : IClassFixture<FinanceConsumerTests.OnBroker>
{
    private const string Queue = "compta.indemnisation";

    [Fact]
    public async Task A_late_consumer_rebuilds_every_account_to_the_cent_however_often_it_hears_the_events()
    {
        var scene = await fixture.NewScene(FinanceSeason.Settings);
        var runs = await FinanceSeason.Play(scene);
        var events = await Published();
        await Run("declare", Queue);
        var journal = Path.Combine(fixture.PaymentFolder, "finance-journal.ndjson");

        Assert.Equal(events, await ReplayAll());
        var accounts = await Run("read", Queue, journal);
        Assert.Equal((events, 0, 0), ((int)accounts["received"]!, (int)accounts["twice"]!, (int)accounts["waiting"]!));
        await AreThoseOfTheLedger(accounts, scene);
        // An "incomplete" run would be one whose parts or payments did not all come.
        Assert.All(runs, r => Assert.Contains((string?)accounts["runs"]![r.Name], new[] { $"{r.Total.ToCents()}" }));

        // All of it once more: known by their ids, nothing counts twice.
        Assert.Equal(events, await ReplayAll());
        var again = await Run("read", Queue, journal);
        Assert.Equal((events, events), ((int)again["received"]!, (int)again["twice"]!));
        await AreThoseOfTheLedger(again, scene);
    }

    [Fact]
    public async Task A_queue_that_is_not_there_is_named()
    {
        await FinanceSeason.Play(await fixture.NewScene(FinanceSeason.Settings));
        await Published();
        await Refused.With(StatusCode.FailedPrecondition, "QUEUE_MISSING", () => Replay(RequestOf("missing.indemnisation")));
    }

    [Theory]
    [InlineData("indemnisation.scheduling")]
    [InlineData("scheduling.indemnisation")]
    [InlineData("finance.indemnisation.dead")]
    [InlineData("FINANCE.indemnisation")]
    [InlineData(".indemnisation")]
    [InlineData("")]
    public Task Queues_of_the_suite_and_names_that_are_none_are_refused(string queue) =>
        Refused.With(StatusCode.InvalidArgument, "QUEUE_INVALID", () => Replay(RequestOf(queue)));

    [Fact]
    public async Task A_day_that_is_none_and_a_position_made_up_are_refused()
    {
        var day = RequestOf(Queue);
        day.FromDate = new Google.Type.Date { Year = 2026, Month = 13, Day = 1 };
        await Refused.With(StatusCode.InvalidArgument, "FROM_DATE_INVALID", () => Replay(day));
        var page = RequestOf(Queue);
        page.PageToken = "made-up";
        await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Replay(page));
    }

    private static ReplayEventsRequest RequestOf(string queue) =>
        new() { RequestId = Scene.NewId(), Queue = queue, FromDate = new DateOnly(2026, 1, 1).ToProto() };

    private AsyncUnaryCall<ReplayEventsResponse> Replay(ReplayEventsRequest request) =>
        fixture.Reports().ReplayEventsAsync(request, Tokens.As(Finance.Officer, Scene.Later));

    /// <summary>Everything, and the same request again says nothing more.</summary>
    private async Task<int> ReplayAll()
    {
        var (request, replayed) = (RequestOf(Queue), 0);
        while (true)
        {
            var answer = await Replay(request);
            Assert.Equal(answer, await Replay(request));
            replayed += answer.ReplayedEvents;
            if (answer.NextPageToken.Length == 0)
            {
                return replayed;
            }

            (request.RequestId, request.PageToken) = (Scene.NewId(), answer.NextPageToken);
        }
    }

    /// <summary>Waits until the relay has said all, and no older transaction on the server hides the last of it.</summary>
    private async Task<int> Published()
    {
        await Eventually.Is(() => Count("select count(*)::int from outbox"), n => n == 0, "the outbox is empty");
        await Eventually.Is(
            () => Count("select count(*)::int from published_event where xid >= pg_snapshot_xmin(pg_current_snapshot())"), n => n == 0, "what was published is settled");
        return await Count("select count(*)::int from published_event");
    }

    private Task<int> Count(string sql) => fixture.Db.Read(tx => tx.Single<int>(sql), CancellationToken.None);

    private static async Task AreThoseOfTheLedger(JsonNode accounts, Scene scene)
    {
        const string owed = "467/";
        var books = await scene.Reconcile();
        Assert.True(books.Reconciled, string.Join('\n', books.Differences));
        Assert.Equal(
            books.Balances.Where(b => b.Account.StartsWith(owed, StringComparison.Ordinal)).ToDictionary(b => b.Account[owed.Length..], b => $"{b.BalanceCents}"),
            accounts["balances"]!.AsObject().ToDictionary(b => b.Key, b => (string)b.Value!));
    }

    private async Task<JsonNode> Run(params string[] arguments)
    {
        var root = typeof(FinanceConsumerTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var folder = Path.Combine(root, "clients/finance");
        Assert.True(System.IO.Directory.Exists(Path.Combine(folder, "node_modules")), "run 'npm ci' in clients/finance first; ./test.sh does");
        var lines = new ConcurrentQueue<string>();
        var info = new ProcessStartInfo("node", [Path.Combine(folder, "consumer.js"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["INTERVISION_AMQP"] = fixture.Amqp },
        };
        using var node = await ChildProcesses.Start(info, lines.Enqueue);
        await node.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        var said = string.Join('\n', lines);
        Assert.True(node.ExitCode == 0, said);
        return said.Length == 0 ? new JsonObject() : JsonNode.Parse(said)!;
    }

    /// <summary>With relay and consumers, on a virtual host of its own.</summary>
    public sealed class OnBroker : IndemnisationFixture
    {
        public string Amqp { get; private set; } = "";

        protected override void Configure(IWebHostBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            base.Configure(builder);
            Amqp = TestBroker.Shared().GetAwaiter().GetResult().NewVirtualHost().GetAwaiter().GetResult();
            builder.UseSetting("Messaging:Enabled", "true");
            builder.UseSetting("ConnectionStrings:rabbitmq", Amqp);
        }
    }
}
