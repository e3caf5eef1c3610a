using Dapper;
using Npgsql;

namespace Intervision.Benchmarks.Messaging;

/// <summary>Adds up, over all rounds, what must be zero.</summary>
internal sealed class Audit
{
    public long Lost { get; private set; }

    public long DuplicatedEffects { get; private set; }

    public long OutOfOrder { get; private set; }

    /// <summary>The same for effects noted in memory, in the order they were made.</summary>
    public void Check(IEnumerable<(Guid Aggregate, long StreamNo)> notes, int appended)
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

    /// <summary>Compares the effects with what was appended, event by event.</summary>
    public async Task Check(string owner)
    {
        await using var connection = new NpgsqlConnection(owner);
        Lost += await connection.ExecuteScalarAsync<long>(
            """
            select count(*) from stream_head h cross join lateral generate_series(1, h.last_no) n
            where not exists (select 1 from benchmark_effect e where e.aggregate_id = h.aggregate_id and e.stream_no = n)
            """);
        DuplicatedEffects += await connection.ExecuteScalarAsync<long>(
            "select coalesce(sum(n - 1), 0)::bigint from (select count(*) n from benchmark_effect group by aggregate_id, stream_no) c");
        OutOfOrder += await connection.ExecuteScalarAsync<long>(
            """
            select count(*) from (
              select stream_no, lag(stream_no) over (partition by aggregate_id order by id) as before from benchmark_effect) o
            where stream_no <> coalesce(before, 0) + 1
            """);
    }
}
