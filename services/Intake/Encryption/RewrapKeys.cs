using System.Globalization;
using System.Security.Cryptography;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Intake.Encryption;

/// <summary>
/// <c>dotnet Intervision.Intake.dll rewrap-keys</c>: what <c>Intake:OtherMasterKey</c> wrapped is wrapped by <c>Intake:MasterKey</c>,
/// in transactions of 500 keys, while the service goes on. Killed and begun again, it goes on where it was; when it ends
/// well, nothing needs the other key any more. Texts stay as they are: they lie under the keys that are wrapped.
/// </summary>
internal static class RewrapKeys
{
    private const int AtOnce = 500;
    private static readonly (string Table, string Owner)[] Tables = [("case_key", "case_id"), ("alert_key", "alert_id")];

    /// <returns>True when that was the command.</returns>
    public static async Task<bool> RewrapIfAsked(this WebApplicationBuilder builder, string[] args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (args is not ["rewrap-keys"])
        {
            return false;
        }

        Environment.ExitCode = await Run(builder.Configuration, Console.Out);
        return true;
    }

    /// <returns>The exit code: 0 all is wrapped by the master key, 1 something is not.</returns>
    internal static async Task<int> Run(IConfiguration configuration, TextWriter output)
    {
        try
        {
            var master = new MasterKey(configuration);
            await using var connection = new NpgsqlConnection(configuration.GetConnectionString("database"));
            await connection.OpenAsync();
            await MustKnowAll(connection, master);
            var done = await Fingerprint(connection, master);
            foreach (var (table, owner) in Tables)
            {
                done += await All(connection, master, table, owner);
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{done} clé(s) enveloppée(s) de nouveau ; toutes le sont par {master.Id}."));
            return 0;
        }
        catch (Exception refused) when (refused is InvalidOperationException or CryptographicException)
        {
            await output.WriteLineAsync($"Refusé : {refused.Message}");
            return 1;
        }
    }

    /// <summary>Before anything is changed.</summary>
    private static async Task MustKnowAll(NpgsqlConnection connection, MasterKey master)
    {
        var tx = new Tx(connection, transaction: null, CancellationToken.None);
        var unknown = await tx.Query<(string Id, long Keys)>(
            """
            select key_id, count(*) from (
              select key_id from fingerprint_key
              union all select key_id from case_key where wrapped_key is not null
              union all select key_id from alert_key where wrapped_key is not null) k
            where key_id <> @Id and key_id is distinct from @OtherId
            group by key_id order by key_id
            """,
            new { master.Id, master.OtherId });
        if (unknown.Count > 0)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{unknown.Sum(u => u.Keys)} clé(s) sont enveloppées par une autre clé maîtresse ({string.Join(", ", unknown.Select(u => u.Id))}) que Intake:MasterKey ({master.Id}) et Intake:OtherMasterKey ({master.OtherId ?? "absente"})."));
        }
    }

    private static async Task<int> Fingerprint(NpgsqlConnection connection, MasterKey master)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        var tx = new Tx(connection, transaction, CancellationToken.None);
        await tx.Execute("select from fingerprint_key for update");
        await FingerprintKeys.Load(tx, master);
        var changed = await tx.Execute("update fingerprint_key set wrapped_keys = @Bytes, key_id = @KeyId where key_id <> @KeyId", master.WrapFingerprints());
        await transaction.CommitAsync();
        return changed;
    }

    /// <summary>Until a pass from the first to the last finds none: an instance that wraps by the other key may still run.</summary>
    private static async Task<int> All(NpgsqlConnection connection, MasterKey master, string table, string owner)
    {
        var (all, before, after) = (0, 0, Guid.Empty);
        while (true)
        {
            var batch = await Batch(connection, master, table, owner, after);
            CrashPoint.Hit("rewrap.after_batch");
            all += batch.Count;
            if (batch.Count > 0)
            {
                after = batch[^1];
            }
            else if (all == before)
            {
                return all;
            }
            else
            {
                (before, after) = (all, Guid.Empty);
            }
        }
    }

    /// <returns>Whose keys were wrapped anew, in their order.</returns>
    private static async Task<IReadOnlyList<Guid>> Batch(NpgsqlConnection connection, MasterKey master, string table, string owner, Guid after)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        var tx = new Tx(connection, transaction, CancellationToken.None);
        // Locked: neither an erasure nor another run comes between reading and writing.
        var rows = await tx.Query<Row>(
            $"""
            select {owner} as owner, wrapped_key, key_id from {table}
            where wrapped_key is not null and key_id is distinct from @Id and {owner} > @after
            order by {owner} limit {AtOnce} for update
            """,
            new { master.Id, after });
        await tx.Execute(
            $"""
            update {table} set wrapped_key = fresh.wrapped_key, key_id = @Id
            from unnest(@owners, @keys) as fresh (owner, wrapped_key) where {owner} = fresh.owner
            """,
            new
            {
                master.Id,
                owners = rows.Select(r => r.Owner).ToArray(),
                keys = rows.Select(r => master.Wrap(r.Owner, Open(master, r)).Bytes).ToArray(),
            });
        await transaction.CommitAsync();
        return [.. rows.Select(r => r.Owner)];
    }

    private static byte[] Open(MasterKey master, Row row)
    {
        try
        {
            return master.Unwrap(row.Owner, row.WrappedKey, row.KeyId);
        }
        catch (AuthenticationTagMismatchException unopened)
        {
            throw new CryptographicException($"ni Intake:MasterKey ({master.Id}) ni Intake:OtherMasterKey ({master.OtherId ?? "absente"}) n'ouvre une clé d'avant les identifiants.", unopened);
        }
    }

    private sealed class Row
    {
        public Guid Owner { get; init; }

        public byte[] WrappedKey { get; init; } = [];

        public string? KeyId { get; init; }
    }
}
