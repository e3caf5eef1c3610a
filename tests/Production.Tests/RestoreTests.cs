using Intervision.Intake.V1;
using Intervision.Tests.Support;

namespace Intervision.Production.Tests;

/// <summary>
/// "Backup, and restore to an instant" of docs/operations.md, step by step: between the backup and the loss there are cases
/// that Scheduling heard of, cases whose events were on their way at the instant, an erasure and deposits after it.
/// </summary>
public sealed class RestoreTests
{
    private static readonly string[] Services = ["intake", "scheduling"];

    [Fact]
    public async Task Everything_is_as_it_was_at_the_instant_and_nothing_is_lost_or_doubled_downstream()
    {
        var broker = await TestBroker.Shared();
        var rabbitmq = await broker.NewVirtualHost();
        await using var primary = await TestPostgres.StartArchiving();
        var before = new SmallRegion(primary, rabbitmq);
        await before.Prepare(Services);
        var lost = await Lived(before, primary);
        await primary.ArchiveAndKill();

        await using var restored = await primary.RestoreTo(lost.Instant);
        var after = new SmallRegion(restored, rabbitmq);
        Assert.Empty(await Cases(after, lost.Late, lost.Deposited));
        // With its key: until it is erased again its texts can be read.
        Assert.Single(await after.Query<string>("intake", "select code from cases c join case_key k on k.case_id = c.id and k.wrapped_key is not null where 'cases/' || code = any (@names)", new { names = new[] { lost.Erased } }));
        Assert.Empty((await Waiting(after)).Intersect(lost.OnTheirWay));

        // Step by step.
        await broker.Purge(rabbitmq);
        foreach (var service in Services)
        {
            await AfterRestore.Run(restored, service, lost.Instant.AddHours(-1));
        }

        var register = Path.GetTempFileName();
        await File.WriteAllLinesAsync(register, lost.Register);
        Assert.Equal((0, "1 dossier(s) effacé(s) de nouveau, 0 absent(s), 0 refusé(s)."), await after.Run("intake", "erase-again", register));
        Assert.Equal((0, "0 dossier(s) effacé(s) de nouveau, 1 absent(s), 0 refusé(s)."), await after.Run("intake", "erase-again", register));
        File.Delete(register);
        var (clean, found) = await after.Run("intake", "verify-erasures");
        Assert.True(clean == 0, found);

        await using var intake = await after.Start("intake");
        await using var scheduling = await after.Start("scheduling");
        using var channel = SmallRegion.ChannelOf(intake);
        var client = new IntakeService.IntakeServiceClient(channel);
        // Whoever got no answer, or has to say it again, is told a case like anybody else.
        var again = (await client.SubmitCaseAsync(lost.Request, SmallRegion.Coordinator)).Case;
        Assert.NotEqual(lost.Deposited, again.Name);
        var ready = await SmallRegion.Ready(client);
        await AllHeard(after);

        Assert.Equal([.. lost.Heard.Concat(lost.OnTheirWay).Append(ready.Name).Order(StringComparer.Ordinal)], await Waiting(after));
        Assert.Equal([again.Name], await Cases(after, lost.Erased, lost.Late, lost.Deposited, again.Name));
        Assert.Equal([0L], await after.Query<long>("scheduling", "select count(*) from inbox_parked"));
        // Each event once, and every number of every stream.
        Assert.Equal(
            await after.Query<long>("intake", "select sum(last_no)::bigint from stream_head"),
            await after.Query<long>("intake", "select count(distinct (aggregate_id, stream_no)) from published_event"));
        Assert.Equal([0L], await after.Query<long>("intake", "select count(*) - count(distinct event_id) from published_event"));
        await broker.Drop(rabbitmq);
    }

    private sealed record Lost(
        DateTimeOffset Instant, IReadOnlyList<string> Heard, IReadOnlyList<string> OnTheirWay, string Erased, string Late, SubmitCaseRequest Request, string Deposited, IReadOnlyList<string> Register);

    /// <summary>Up to the loss of the primary.</summary>
    private static async Task<Lost> Lived(SmallRegion region, TestPostgres primary)
    {
        var (heard, onTheirWay) = (new List<string>(), new List<string>());
        await using var intake = await region.Start("intake");
        using var channel = SmallRegion.ChannelOf(intake);
        var client = new IntakeService.IntakeServiceClient(channel);
        Case withdrawn;
        await using (var scheduling = await region.Start("scheduling"))
        {
            heard.Add((await SmallRegion.Ready(client)).Name);
            withdrawn = await SmallRegion.Withdrawn(client);
            primary.BaseBackup();
            heard.Add((await SmallRegion.Ready(client)).Name);
            await AllHeard(region);
            await scheduling.Terminate();
        }

        onTheirWay.Add((await SmallRegion.Ready(client)).Name);
        onTheirWay.Add((await SmallRegion.Ready(client)).Name);
        await Said(region);
        var instant = new DateTimeOffset((await region.Query<DateTime>("intake", "select clock_timestamp()"))[0]);

        // What the restore takes back; Scheduling hears of it.
        var request = SmallRegion.Request();
        var deposited = (await client.SubmitCaseAsync(request, SmallRegion.Coordinator)).Case.Name;
        await client.EraseCaseAsync(
            new EraseCaseRequest { RequestId = SmallRegion.NewId(), Name = withdrawn.Name, Etag = withdrawn.Etag, Reason = ErasureReason.PatientRequest }, SmallRegion.Coordinator);
        var late = (await SmallRegion.Ready(client)).Name;
        await using (var scheduling = await region.Start("scheduling"))
        {
            await AllHeard(region);
            await scheduling.Terminate();
        }

        // Some of it stays in the queues.
        await SmallRegion.Ready(client);
        await Said(region);
        await intake.Terminate();
        return new(instant, heard, onTheirWay, withdrawn.Name, late, request, deposited, await Register(region, instant));
    }

    /// <summary>As the page says: from the lost cluster, or from another restore, to the end of the log.</summary>
    private static Task<IReadOnlyList<string>> Register(SmallRegion region, DateTimeOffset instant) =>
        region.Query<string>("intake", "select case_id || ',' || reason from erasure where record_time >= @instant order by no", new { instant = instant.ToUniversalTime() });

    private static Task<IReadOnlyList<string>> Waiting(SmallRegion region) =>
        region.Query<string>("scheduling", "select name from ready_case where waiting order by name collate \"C\"");

    private static Task<IReadOnlyList<string>> Cases(SmallRegion region, params string[] names) =>
        region.Query<string>("intake", "select 'cases/' || code from cases where 'cases/' || code = any (@names)", new { names });

    private static Task Said(SmallRegion region) =>
        Eventually.IsTrue(async () => (await region.Query<long>("intake", "select count(*) from outbox"))[0] == 0, "Intake's outbox is empty", TimeSpan.FromSeconds(60));

    /// <summary>The consumer's watermarks are the source's stream heads.</summary>
    private static Task AllHeard(SmallRegion region) => Eventually.IsTrue(
        async () =>
        {
            var said = await region.Query<(Guid, long)>("intake", "select aggregate_id, last_no from stream_head order by 1");
            return said.SequenceEqual(await region.Query<(Guid, long)>("scheduling", "select aggregate_id, last_no from inbox_watermark where consumer = 'scheduling.intake' order by 1"));
        },
        "Scheduling has heard all that Intake has said", TimeSpan.FromSeconds(60));
}
