using Dapper;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>What is forgotten when nothing is configured (docs/privacy.md).</summary>
public sealed class RetentionTests
{
    [Theory]
    [InlineData("intake", null, 13)]
    [InlineData("scheduling", null, 13)]
    [InlineData("indemnisation", null, 121)]
    [InlineData("intake", 24, 24)]
    public async Task Months_of_published_events_go_by_themselves(string service, int? configured, int kept)
    {
        var (oldest, old) = (await Month(kept + 1), await Month(kept));
        Assert.NotEqual(oldest, old);
        Assert.Equal([old], await Left(service, configured, [oldest, old]));
    }

    [Fact]
    public async Task Zero_keeps_them_for_ever()
    {
        var oldest = await Month(200);
        Assert.Equal([oldest], await Left("intake", 0, [oldest]));
    }

    private static async Task<IEnumerable<string>> Left(string service, int? configured, string[] months)
    {
        var postgres = await TestPostgres.Shared();
        var database = await postgres.NewDatabase(service, typeof(RetentionTests).Assembly);
        await using var owner = new NpgsqlConnection(postgres.Owner(database));
        foreach (var month in months)
        {
            await owner.ExecuteAsync(
                $"create table published_event_{month} partition of published_event for values from ('{month.Replace('_', '-')}-01') to (('{month.Replace('_', '-')}-01'::timestamptz + interval '1 month'))");
        }

        // An answer of long ago goes in the same run, after the months.
        await owner.ExecuteAsync(
            "insert into request_log (caller, request_id, method, payload_hash, response, create_time) values ('x', gen_random_uuid(), 'x', sha256(''), '', now() - interval '40 days')");
        (string, string)[] settings = configured is { } said ? [("Messaging:PublishedEventMonths", $"{said}")] : [];
        await using var host = await MessagingHost.Start(service, postgres.App(service, database), "amqp://127.0.0.1:1", null, settings);
        await Eventually.IsTrue(async () => await owner.ExecuteScalarAsync<long>("select count(*) from request_log") == 0, "the retention has run");
        var left = await owner.QueryAsync<string>("select relname from pg_class c join pg_inherits i on i.inhrelid = c.oid where i.inhparent = 'published_event'::regclass");
        return months.Where(m => left.Contains($"published_event_{m}"));
    }

    /// <summary>So many months ago, as the database counts.</summary>
    private static async Task<string> Month(int ago)
    {
        var postgres = await TestPostgres.Shared();
        await using var owner = new NpgsqlConnection(postgres.Owner("postgres"));
        return (await owner.ExecuteScalarAsync<string>("select to_char((now() at time zone 'UTC') - make_interval(months => @ago), 'YYYY_MM')", new { ago }))!;
    }
}
