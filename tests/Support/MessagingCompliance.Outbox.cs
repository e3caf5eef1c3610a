using Intervision.Operations.V1;
using Intervision.ServiceDefaults.Messaging;
using Xunit;

namespace Intervision.Tests.Support;

/// <summary>From the transaction to the effect.</summary>
public abstract partial class MessagingCompliance
{
    [Fact]
    public async Task Events_arrive_all_once_and_in_order_per_aggregate()
    {
        var consumer = await Hearer();
        var producer = await Producer();
        var aggregates = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToList();
        await Task.WhenAll(aggregates.Select(async aggregate =>
        {
            for (var i = 1; i < 20; i += 2)
            {
                await Say(producer.Db, aggregate, $"{i}", $"{i + 1}");
            }
        }));

        await Await("compliance_effect", 400);
        await Await("outbox", 0);
        var effects = await Effects();
        Assert.All(aggregates, a => Assert.Equal(Enumerable.Range(1, 20).Select(i => ((long)i, $"{i}")), effects[a]));
        Assert.Equal(400, await Count("published_event"));
        var status = await Operations(consumer).GetMessagingStatusAsync(new GetMessagingStatusRequest(), Tokens.As(Tokens.Coordinator()));
        Assert.Equal((400, 0, 0), (status.AppendedEvents, status.OutboxRows, status.OutboxParkedRows));
        Assert.Equal((Queue, 400, 0), (status.Inboxes[0].Queue, status.Inboxes[0].AppliedEvents, status.Inboxes[0].ParkedEvents));
    }

    [Fact]
    public async Task A_transaction_that_rolls_back_says_nothing()
    {
        await Hearer();
        var producer = await Producer();
        var aggregate = Guid.CreateVersion7();
        await Assert.ThrowsAsync<InvalidOperationException>(() => producer.Db.InTransaction(
            async tx =>
            {
                await Outbox.Append(tx, aggregate, "communes/59", TimeProvider.System.GetUtcNow(), [Event("never")]);
                throw new InvalidOperationException("No.");
            },
            Cancellation));
        await Say(producer.Db, aggregate, "first");
        await Await("compliance_effect", 1);
        Assert.Equal([(1L, "first")], (await Effects())[aggregate]);
    }

    [Fact]
    public async Task A_transaction_that_commits_late_keeps_its_place()
    {
        await Hearer();
        var producer = await Producer();
        var (slow, quick) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await producer.Db.InTransaction(
            async tx =>
            {
                await Outbox.Append(tx, slow, "communes/59", TimeProvider.System.GetUtcNow(), [Event("1")]);
                // Drawn later, committed, published and gone before the first is even visible.
                await Say(producer.Db, quick, "1");
                await Await("compliance_effect", 1);
            },
            Cancellation);
        await Say(producer.Db, slow, "2");
        await Await("compliance_effect", 3);
        Assert.Equal([(1L, "1"), (2L, "2")], (await Effects())[slow]);
    }

    [Fact]
    public async Task Two_relays_share_the_partitions_and_the_survivor_takes_them_all()
    {
        await Hearer();
        var (first, second) = (await Producer(), await Producer());
        await Eventually.Is(Leases, l => l is { Sessions: 3, Partitions: 16, Most: <= 6 }, "three relays hold a fair share each");
        await Say(first.Db, Guid.CreateVersion7(), "by one of them");
        await Await("compliance_effect", 1);
        await second.DisposeAsync();
        hosts.Remove(second);
        await Eventually.Is(Leases, l => l is { Sessions: 2, Partitions: 16 }, "two relays hold everything");
        foreach (var i in Enumerable.Range(0, 32))
        {
            await Say(first.Db, Guid.CreateVersion7(), $"{i}");
        }

        await Await("compliance_effect", 33);
        await Await("outbox", 0);
    }

    [Fact]
    public async Task A_relay_whose_session_is_terminated_goes_on_with_another()
    {
        await Hearer();
        var producer = await Producer();
        var aggregate = Guid.CreateVersion7();
        for (var i = 1; i <= 30; i++)
        {
            await Say(producer.Db, aggregate, $"{i}");
            if (i % 10 == 0)
            {
                await Eventually.Is(TerminateRelays, n => n > 0, "a relay to terminate");
            }
        }

        await Await("compliance_effect", 30);
        await Await("outbox", 0);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => ((long)i, $"{i}")), (await Effects())[aggregate]);
    }

    [Fact]
    public async Task Cut_connections_are_made_again_and_nothing_is_lost()
    {
        await Hearer();
        var producer = await Producer();
        var aggregate = Guid.CreateVersion7();
        await Say(producer.Db, aggregate, "1");
        await Await("compliance_effect", 1);
        await Eventually.Is(() => broker.CutConnections(amqp), n => n > 0, "connections to cut");
        await Say(producer.Db, aggregate, "2", "3");
        await Await("compliance_effect", 3);
        Assert.Equal([(1L, "1"), (2L, "2"), (3L, "3")], (await Effects())[aggregate]);
    }

    /// <summary>
    /// Ends the relays' sessions of this database alone: found first, then ended. In one WHERE PostgreSQL may call the function
    /// before it looks at the name of the database, which ends the relays of every other test as well.
    /// </summary>
    private Task<long> TerminateRelays() => Count(
        """
        (with ours as materialized (
           select pid from pg_stat_activity where application_name like '% relay' and datname = current_database())
         select from ours where pg_terminate_backend(pid)) ended
        """);

    private async Task<(long Sessions, long Partitions, long Most)> Leases()
    {
        const string held = "pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";
        return (
            await Count($"(select distinct pid from {held} and objid = 1000) s"),
            await Count($"{held} and objid < 16"),
            await Count($"(select pid, row_number() over (partition by pid) n from {held} and objid < 16) s where n > 6") == 0 ? 6 : 16);
    }
}
