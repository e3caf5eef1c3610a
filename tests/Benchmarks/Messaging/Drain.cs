using System.Collections.Concurrent;
using System.Diagnostics;
using Dapper;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Messaging;

/// <summary>How much of the way from the outbox to the effect is measured.</summary>
internal enum Until
{
    /// <summary>Confirmed by the broker and moved to published events.</summary>
    Published,

    /// <summary>And applied in order by the watermark inbox, whose effect is a note in memory.</summary>
    Applied,

    /// <summary>And a row written for each by a statement of the handler.</summary>
    Written,
}

/// <summary>A full outbox, then relay and consumer: how long until it is empty and every effect is there.</summary>
internal static class Drain
{
    /// <returns>Rows per second.</returns>
    public static async Task<double> Measure(TestPostgres postgres, TestBroker broker, int rows, int aggregates, Audit audit, Until until)
    {
        await using var bench = await Bench.New(postgres, broker);
        await Fill(bench, rows, aggregates);
        var notes = until == Until.Applied ? new ConcurrentQueue<(Guid, long)>() : null;
        if (until != Until.Published)
        {
            await bench.Hearer(notes);
        }

        await Bench.Settled(broker);
        var started = Stopwatch.GetTimestamp();
        await bench.Sayer();
        await bench.AwaitEmptyOutbox();
        if (until != Until.Published)
        {
            await bench.AwaitApplied(rows);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        await (until switch
        {
            Until.Written => audit.Check(bench),
            Until.Applied => Task.Run(() => audit.Check(notes!, rows)),
            _ => Task.CompletedTask,
        });
        return rows / elapsed.TotalSeconds;
    }

    /// <summary>As <see cref="Outbox.Append"/> would have written them, all aggregates taking turns.</summary>
    private static async Task Fill(Bench bench, int rows, int aggregates)
    {
        var ids = Enumerable.Range(0, aggregates).Select(_ => Guid.CreateVersion7()).ToArray();
        await using var owner = new NpgsqlConnection(bench.Said);
        await owner.ExecuteAsync(
            """
            insert into stream_head (aggregate_id, last_no) select id, @each from unnest(@ids) id;
            insert into outbox (part, aggregate_id, stream_no, event_id, event_type, subject, payload, occur_time)
            select a.part, a.id, n, gen_random_uuid(), 'intervision.membership.communes_changed.v1', 'communes/59', @Payload, now()
            from generate_series(1, @each) n cross join unnest(@ids, @parts) as a(id, part) order by n, a.id
            """,
            new { ids, parts = ids.Select(Outbox.PartitionOf).ToArray(), each = (long)(rows / aggregates), Bench.Payload });
    }
}
