using Dapper;
using Npgsql;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Which partitions of the outbox are this relay's: advisory locks of the very session that reads and deletes the rows,
/// so that losing the session loses the work with it (MESSAGING §D3, Claim). Presence is a shared lock of the same
/// session: relays count each other in <c>pg_locks</c>, and nobody's death has to time out (ADR 0007).
/// </summary>
internal sealed class PartitionLeases(NpgsqlConnection session)
{
    private const int Space = 0x0B0C;
    private const int Presence = 1000;
    private readonly HashSet<short> mine = [];

    public short[] Mine => [.. mine];

    /// <summary>Says that this relay exists; before the first <see cref="Rebalance"/>.</summary>
    public Task Join() => session.ExecuteAsync("select pg_advisory_lock_shared(@Space, @Presence)", new { Space, Presence });

    /// <summary>Gives up what is above the fair share, takes what is free up to it.</summary>
    /// <returns>Whether partitions were gained.</returns>
    public async Task<bool> Rebalance()
    {
        var instances = await session.ExecuteScalarAsync<int>(
            """
            select count(*) from pg_locks
            where locktype = 'advisory' and classid = @Space and objid = @Presence and granted
              and database = (select oid from pg_database where datname = current_database())
            """,
            new { Space, Presence });
        var share = (Outbox.Partitions + instances - 1) / Math.Max(1, instances);
        foreach (var part in mine.Skip(share).ToList())
        {
            await session.ExecuteAsync("select pg_advisory_unlock(@Space, @part)", new { Space, part = (int)part });
            mine.Remove(part);
        }

        return mine.Count < share && await Take(share - mine.Count);
    }

    private async Task<bool> Take(int count)
    {
        var candidates = Enumerable.Range(0, Outbox.Partitions).Where(p => !mine.Contains((short)p)).ToArray();
        Random.Shared.Shuffle(candidates);
        var taken = await session.QueryAsync<int>(
            "select p from unnest(@candidates) p where pg_try_advisory_lock(@Space, p) limit @count", new { candidates, Space, count });
        var before = mine.Count;
        mine.UnionWith(taken.Select(p => (short)p));
        return mine.Count > before;
    }
}
