using Dapper;
using Npgsql;

namespace Intervision.Benchmarks.Messaging;

/// <summary>Adds up, over all rounds, what must be zero.</summary>
internal sealed class Audit
{
    public long Lost { get; private set; }

    public long DuplicatedEffects { get; private set; }

    public long OutOfOrder { get; private set; }

    /// <summary>Compares the effects, in the order they were made, with how many events were appended.</summary>
    public void Check(IEnumerable<(Guid Aggregate, long StreamNo)> notes, long appended)
    {
        foreach (var stream in notes.GroupBy(n => n.Aggregate, n => n.StreamNo))
        {
            var numbers = stream.ToList();
            var distinct = numbers.Distinct().Count();
            DuplicatedEffects += numbers.Count - distinct;
            OutOfOrder += numbers.Where((no, i) => no != i + 1).Count();
            appended -= distinct;
        }

        Lost += appended;
    }

    /// <summary>The same for effects that are rows.</summary>
    public async Task Check(Bench bench)
    {
        await using var said = new NpgsqlConnection(bench.Said);
        await using var heard = new NpgsqlConnection(bench.Heard);
        Check(
            await heard.QueryAsync<(Guid, long)>("select aggregate_id, stream_no from benchmark_effect order by id"),
            await said.ExecuteScalarAsync<long>("select coalesce(sum(last_no), 0)::bigint from stream_head"));
    }
}
