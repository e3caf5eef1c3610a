using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>Transactions that happen once, page tokens, and what Dapper must be watched for (PLATFORM §1).</summary>
public sealed class DatabaseTests : IAsyncLifetime
{
    private MessagingHost host = null!;

    private Db Db => host.Db;

    public async ValueTask InitializeAsync()
    {
        var postgres = await TestPostgres.Shared();
        host = await MessagingHost.Start(
            "intake", postgres.App("intake", await postgres.NewDatabase("intake", typeof(DatabaseTests).Assembly)), "amqp://nowhere",
            null, ("Messaging:Enabled", "false"));
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Of_ten_at_once_with_one_request_id_one_has_an_effect()
    {
        var id = Guid.CreateVersion7().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(1, 10).Select(i => Insert(id, 1, i)));
        Assert.Single(answers.Distinct());
        Assert.Equal(1, await Probes());
    }

    [Fact]
    public async Task The_same_id_for_something_else_is_refused()
    {
        var id = Guid.CreateVersion7().ToString();
        await Insert(id, 1, 1);
        var refused = await Assert.ThrowsAsync<RuleBroken>(() => Insert(id, 2, 2));
        Assert.Equal("REQUEST_ID_REUSED", refused.Reason);
        var otherMethod = await Assert.ThrowsAsync<RuleBroken>(() => Insert(id, 1, 1, Call("/other/Method")));
        Assert.Equal("REQUEST_ID_REUSED", otherMethod.Reason);
        Assert.Equal(1, await Probes());
    }

    [Fact]
    public async Task The_same_id_of_another_caller_is_another_request()
    {
        var id = Guid.CreateVersion7().ToString();
        await Insert(id, 1, 1);
        await Insert(id, 1, 2, Call("/test/Insert", "somebody else"));
        Assert.Equal(2, await Probes());
    }

    [Fact]
    public async Task A_keyed_log_keeps_no_plain_hash_and_still_knows_those_of_before()
    {
        var keyed = new Db(
            host.Services.GetRequiredService<NpgsqlDataSource>(), host.Services.GetRequiredService<OutboxSignal>(), new RequestHash(RandomNumberGenerator.GetBytes(32)));
        var (before, since) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        Assert.Equal(await Insert(before.ToString(), 1, 1), await Insert(before.ToString(), 1, 2, on: keyed));
        var refused = await Assert.ThrowsAsync<RuleBroken>(() => Insert(before.ToString(), 2, 3, on: keyed));
        Assert.Equal("REQUEST_ID_REUSED", refused.Reason);
        Assert.Equal(await Insert(since.ToString(), 1, 4, on: keyed), await Insert(since.ToString(), 1, 5, on: keyed));
        await Assert.ThrowsAsync<RuleBroken>(() => Insert(since.ToString(), 2, 6, on: keyed));
        Assert.Equal(2, await Probes());

        // In a group too.
        var many = Guid.CreateVersion7();
        Assert.True(await keyed.InTransaction(
            tx => RequestLogBatch.TryRecord(tx, [new Answered(Call(), many, new Int32Value { Value = 1 }, new Int32Value { Value = 7 })]), CancellationToken.None));
        Assert.Equal(7, (await Insert(many.ToString(), 1, 8, on: keyed)).Value);
        var plain = await Db.Read(
            tx => tx.Query<Guid>("select request_id from request_log where payload_hash = @plain", new { plain = SHA256.HashData(new Int32Value { Value = 1 }.ToByteArray()) }),
            CancellationToken.None);
        Assert.Equal([before], plain);
    }

    [Fact]
    public async Task What_is_read_together_is_of_one_moment()
    {
        var (apart, together) = await Db.ReadTogether(
            async tx =>
            {
                var first = await Count(tx);
                await Insert(Guid.CreateVersion7().ToString(), 1, 41);
                return (await Db.Read(Count, CancellationToken.None) - first, await Count(tx) - first);
            },
            CancellationToken.None);
        Assert.Equal((1, 0), (apart, together));

        static Task<int> Count(Tx tx) => tx.Single<int>("select count(*)::int from probe");
    }

    [Fact]
    public async Task What_is_read_beside_is_of_one_moment_and_without_what_is_written_meanwhile()
    {
        var read = await Db.InTransaction(
            async tx =>
            {
                await tx.Execute("insert into probe (id) values (1)");
                return await tx.ReadBeside(async beside =>
                {
                    await Insert(Guid.CreateVersion7().ToString(), 1, 2);
                    await tx.Execute("insert into probe (id) values (3)");
                    return await beside.Stream<int>("select id from probe union all select g from generate_series(101, 20100) g").Ahead(3).CountAsync();
                });
            },
            CancellationToken.None);
        Assert.Equal((20_000, 3L), (read, await Probes()));
    }

    [Fact]
    public async Task Who_reads_ahead_hears_of_a_failure_after_what_came_before_it_and_may_leave_early()
    {
        var heard = new List<int>();
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var item in Failing().Ahead(2))
            {
                heard.Add(item);
            }
        });
        Assert.Equal(("after three", 3), (failure.Message, heard.Count));
        Assert.Equal(1, await Failing().Ahead(1).FirstAsync());

        static async IAsyncEnumerable<int> Failing()
        {
            yield return 1;
            yield return 2;
            await Task.Yield();
            yield return 3;
            throw new InvalidOperationException("after three");
        }
    }

    [Fact]
    public async Task What_is_copied_is_what_an_insert_writes()
    {
        var id = Guid.CreateVersion7();
        var instant = new DateTimeOffset(2026, 3, 29, 3, 30, 0, 123, TimeSpan.FromHours(2)).AddMicroseconds(456);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Db.InTransaction(
            async tx =>
            {
                await tx.Copy("copied", Enumerable.Range(1, 5_000), (row, n) =>
                {
                    row.Write(id);
                    row.Write((Guid?)null);
                    row.Write((short)-n);
                    row.Write(-n);
                    row.Write(long.MinValue + n);
                    row.Write(n % 2 == 0);
                    row.Write(new DateOnly(1999, 12, 31));
                    row.Write((DateOnly?)null);
                    row.Write(instant);
                    row.Write("Élodie\t€ 𝄞");
                    row.Write((string?)null);
                });
                Assert.Equal(5_000, await tx.Single<int>(
                    """
                    select count(*)::int from copied
                    where a = @id and b is null and c = d and e = @least - d and f = (d % 2 = 0) and g = '1999-12-31' and h is null
                      and i = @instant and j = @text and k is null
                    """,
                    new { id, least = long.MinValue, instant, text = "Élodie\t€ 𝄞" }));
                // An int8 where an int4 is.
                await tx.Copy("copied (d)", [1L], (row, n) => row.Write(n));
            },
            CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.InvalidBinaryRepresentation, refused.SqlState);
    }

    [Fact]
    public async Task A_row_that_cannot_be_written_copies_none()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Db.InTransaction(
            tx => tx.Copy("probe (id)", [1, 2], (row, n) => row.Write(n == 1 ? n : throw new InvalidOperationException("no"))), CancellationToken.None));
        Assert.Equal(0, await Probes());
    }

    [Fact]
    public async Task A_refused_request_is_not_remembered()
    {
        var id = Guid.CreateVersion7().ToString();
        await Assert.ThrowsAsync<RuleBroken>(() => Db.Once<Int32Value>(Call(), id, new Int32Value { Value = 1 }, _ => throw RuleBroken.Denied()));
        Assert.Equal(7, (await Insert(id, 1, 7)).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a uuid")]
    public async Task A_request_id_is_a_uuid(string id)
    {
        var refused = await Assert.ThrowsAsync<RuleBroken>(() => Insert(id, 1, 1));
        Assert.Equal("REQUEST_ID_INVALID", refused.Reason);
    }

    [Fact]
    public async Task Page_tokens_open_for_their_own_filter_only()
    {
        var tokens = host.Services.GetRequiredService<PageTokens>();
        var token = await tokens.Seal("filter", "position 42", CancellationToken.None);
        Assert.Equal("position 42", await tokens.Open("filter", token, CancellationToken.None));
        Assert.Null(await tokens.Open("filter", "", CancellationToken.None));
        var forged = (token[0] == 'A' ? 'B' : 'A') + token[1..];
        foreach (var (filter, given) in new[] { ("other filter", token), ("filter", forged), ("filter", "§"), ("filter", "AAAA") })
        {
            var refused = await Assert.ThrowsAsync<RuleBroken>(() => tokens.Open(filter, given, CancellationToken.None));
            Assert.Equal("PAGE_TOKEN_INVALID", refused.Reason);
        }
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(20, 20)]
    [InlineData(5000, 1000)]
    public void Page_sizes_are_bounded(int asked, int given) => Assert.Equal(given, PageTokens.Size(asked));

    [Fact]
    public void A_negative_page_size_is_refused() => Assert.Equal("PAGE_SIZE_INVALID", Assert.Throws<RuleBroken>(() => PageTokens.Size(-1)).Reason);

    [Fact]
    public async Task Dates_instants_and_states_survive_the_database()
    {
        var instant = new DateTimeOffset(2026, 3, 29, 3, 30, 0, TimeSpan.FromHours(2));
        var read = await Db.InTransaction(
            async tx =>
            {
                await tx.Execute(
                    "insert into probe values (1, @day, @instant, @state)",
                    new { day = new DateOnly(2026, 3, 29), instant, state = DayOfWeek.Friday });
                return await tx.Single<Probe>("select * from probe where id = 1");
            },
            CancellationToken.None);
        Assert.Equal((new DateOnly(2026, 3, 29), instant, TimeSpan.Zero, DayOfWeek.Friday), (read.Day, read.Instant, read.Instant.Offset, read.State));
    }

    private static Call Call(string method = "/test/Insert", string subject = "someone") => new(
        new Caller(subject, new HashSet<string>(), null, new HashSet<string>(), null, null), TimeProvider.System.GetUtcNow(), method, CancellationToken.None);

    private Task<Int32Value> Insert(string requestId, int payload, int answer, Call? call = null, Db? on = null) =>
        (on ?? Db).Once(call ?? Call(), requestId, new Int32Value { Value = payload }, async tx =>
        {
            await tx.Execute("insert into probe (id) values (@answer)", new { answer });
            return new Int32Value { Value = answer };
        });

    private Task<long> Probes() => Db.Read(tx => tx.Single<long>("select count(*) from probe"), CancellationToken.None);

    private sealed class Probe
    {
        public DateOnly Day { get; init; }

        public DateTimeOffset Instant { get; init; }

        public DayOfWeek State { get; init; }
    }
}
