using System.Text.Json.Nodes;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Production.Tests;

/// <summary>
/// All four databases at an instant in the middle of a season, taken while it is played: whatever was on its way then, the
/// season that is resumed on the restored cluster ends with the table of the one that was lost.
/// </summary>
public sealed class SeasonRestoreTests : IDisposable
{
    /// <summary>After everything that happens in the season.</summary>
    private static readonly DateTimeOffset LastDay = new(2027, 9, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DevelopmentClaims Officer = new("staff/finance-preparation", [Roles.FinanceOfficer]);

    private readonly string folder = Directory.CreateTempSubdirectory("intervision-restore-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_season_restored_to_its_middle_ends_as_the_one_that_was_lost()
    {
        RegionCut.Write(Path.Combine(ServiceProcess.Root, "data", "region"), Region, new HashSet<string>(["P01"], StringComparer.Ordinal));
        var broker = await TestBroker.Shared();
        var rabbitmq = await broker.NewVirtualHost();
        await using var primary = await TestPostgres.StartArchiving();
        var (lost, instant, booked) = await Lived(primary, rabbitmq);
        await primary.ArchiveAndKill();

        await using var restored = await primary.RestoreTo(instant);
        await broker.Purge(rabbitmq);
        // Finance's own records were lost too, and it reads all from the beginning: every event is on its way once more.
        await Task.WhenAll(WholeSuite.Services.Select(service => AfterRestore.Run(restored, service, instant.AddDays(-1))));
        await using var suite = new WholeSuite(restored, rabbitmq, folder);
        await suite.Migrate();
        await suite.Start();
        Assert.Equal(booked, await Booked(restored));
        var books = await Reconciled(suite);
        Assert.Equal((true, true, ""), (books.Balanced, books.Reconciled, string.Join(" ; ", books.Differences)));
        Assert.True(books.DebitCents > 0, "no amount was booked at the instant");

        Assert.Equal(lost.ToJsonString(), (await Play(suite, rabbitmq, finance: "restored")).ToJsonString());
        await suite.End();
        await NothingLostNothingTwice(restored);
        await broker.Drop(rabbitmq);
    }

    private string Region => Path.Combine(folder, "region");

    /// <returns>The table of the season to its end, an instant in its middle, and what was in the books by then.</returns>
    private async Task<(JsonObject Table, DateTimeOffset Instant, IReadOnlyList<string> Booked)> Lived(TestPostgres primary, string rabbitmq)
    {
        await using var suite = new WholeSuite(primary, rabbitmq, folder);
        await suite.Migrate();
        primary.BaseBackup();
        await suite.Start();
        var season = Play(suite, rabbitmq, finance: "lost");
        await Approved(suite, primary, season);
        var booked = await Booked(primary);
        var instant = new DateTimeOffset((await primary.Query<DateTime>("indemnisation", "select clock_timestamp()"))[0]);
        Assert.False(season.IsCompleted, "the season was over before the instant");
        var table = await season;
        await suite.End();
        return (table, instant, booked);
    }

    /// <summary>The demo, as a process, from where the suite stands to the end of the season.</summary>
    /// <param name="finance">Whose records of events it keeps.</param>
    /// <returns>The final table, but for what differs from run to run.</returns>
    private async Task<JsonObject> Play(WholeSuite suite, string rabbitmq, string finance)
    {
        var records = Path.Combine(folder, finance);
        Directory.CreateDirectory(records);
        Directory.CreateSymbolicLink(Path.Combine(records, "secrets"), Path.Combine(folder, "secrets"));
        var report = Path.Combine(records, "report.json");
        var (code, said) = await ServiceProcess.Run(
            "demo", new Dictionary<string, string>(StringComparer.Ordinal),
            ["play", "--suite", records, "--data", Region, "--report", report, "--amqp", rabbitmq, .. WholeSuite.Services.SelectMany(s => new[] { $"--{s}", suite.Address(s) })]);
        Assert.True(code == 0, said);
        var table = JsonNode.Parse(await File.ReadAllTextAsync(report))!.AsObject();
        Assert.All((string[])["paymentFile", "paymentFiles", "seconds"], varying => Assert.True(table.Remove(varying), varying));
        return table;
    }

    /// <summary>The first lines of the season are in the books; those that follow are approved at its end.</summary>
    private static async Task Approved(WholeSuite suite, TestPostgres primary, Task season)
    {
        using var channel = GrpcChannel.ForAddress(suite.Address("indemnisation"));
        var money = new IndemnisationService.IndemnisationServiceClient(channel);
        var calculated = await Eventually.Is(
            async () =>
            {
                Assert.False(season.IsCompleted, "the season was over before its first lines");
                return (await money.ListLinesAsync(new() { PageSize = 1000, States = { LineState.Calculated } }, suite.As(Officer, LastDay))).Lines;
            },
            lines => lines.Count >= 5, "lines are calculated", TimeSpan.FromSeconds(90), every: TimeSpan.FromMilliseconds(50));
        var day = new DateTimeOffset((await primary.Query<DateTime>("indemnisation", "select max(change_time) from indemnity_line"))[0]);
        await money.ApproveLinesAsync(new() { RequestId = SmallRegion.NewId(), Names = { calculated.Select(l => l.Name) } }, suite.As(Officer, day));
    }

    private static async Task<ReconcileLedgerResponse> Reconciled(WholeSuite suite)
    {
        using var channel = GrpcChannel.ForAddress(suite.Address("indemnisation"));
        return await new IndemnisationService.IndemnisationServiceClient(channel).ReconcileLedgerAsync(new() { AsOfTime = LastDay.ToTimestamp() }, suite.As(Officer, LastDay));
    }

    private static Task<IReadOnlyList<string>> Booked(TestPostgres cluster) =>
        cluster.Query<string>("indemnisation", "select subject || ' ' || kind || ' ' || cents from ledger_entry order by subject, kind");

    /// <summary>Every number of every stream was said once, and whoever listens has applied it; nothing is left anywhere.</summary>
    private static async Task NothingLostNothingTwice(TestPostgres cluster)
    {
        var appended = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var service in WholeSuite.Services)
        {
            var (numbers, said, distinct, left) = (await cluster.Query<(long, long, long, long)>(
                service,
                """
                select (select coalesce(sum(last_no), 0)::bigint from stream_head), (select count(*) from published_event),
                       (select count(distinct (aggregate_id, stream_no)) from published_event),
                       (select count(*) from outbox) + (select count(*) from outbox_parked) + (select count(*) from inbox_parked)
                """))[0];
            Assert.Equal((service, numbers, numbers, 0L), (service, said, distinct, left));
            appended[service] = numbers;
        }

        var pairs = 0;
        foreach (var service in WholeSuite.Services)
        {
            foreach (var (consumer, applied) in await cluster.Query<(string Consumer, long Applied)>(service, "select consumer, sum(last_no)::bigint from inbox_watermark group by consumer"))
            {
                Assert.Equal((consumer, appended[consumer.Split('.')[1]]), (consumer, applied));
                pairs++;
            }
        }

        Assert.InRange(pairs, 7, 12);
    }
}
