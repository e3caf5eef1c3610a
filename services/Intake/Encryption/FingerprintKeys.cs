using System.Security.Cryptography;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Intake.Encryption;

/// <summary>The keys of fingerprints where they lie: one row, wrapped by the master key, made by whoever starts first.</summary>
internal static class FingerprintKeys
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Before anything else of the service: it waits until the database answers.</summary>
    /// <exception cref="InvalidOperationException">The master key is not that of this database.</exception>
    public static async Task LoadFingerprints(this WebApplication app)
    {
        var source = app.Services.GetRequiredService<NpgsqlDataSource>();
        for (var told = false; ; told = true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync();
                await Load(new Tx(connection, transaction: null, CancellationToken.None), app.Services.GetRequiredService<MasterKey>());
                return;
            }
            catch (NpgsqlException lost) when (lost.IsTransient || lost is not PostgresException)
            {
                if (!told)
                {
                    app.Logger.LogWarning("The keys of fingerprints are read as soon as PostgreSQL answers ({Failure})", lost.GetType().Name);
                }

                await Task.Delay(Pause);
            }
        }
    }

    internal static async Task Load(Tx tx, MasterKey master)
    {
        var row = await tx.SingleOrDefault<Row>(Select) ?? await Make(tx, master);
        try
        {
            master.UnwrapFingerprints(row.WrappedKeys, row.KeyId);
        }
        catch (CryptographicException unopened)
        {
            throw new InvalidOperationException($"Intake:MasterKey ({master.Id}) is not the key of this database ({row.KeyId}); while it is being changed, the other one is Intake:OtherMasterKey.", unopened);
        }
    }

    private static async Task<Row> Make(Tx tx, MasterKey master)
    {
        if (master.OtherId is not null)
        {
            // Of which of the two would be a guess.
            throw new InvalidOperationException("The keys of fingerprints are made at the first start: once with Intake:MasterKey as it always was, without Intake:OtherMasterKey.");
        }

        await tx.Execute("insert into fingerprint_key (wrapped_keys, key_id) values (@Bytes, @KeyId) on conflict do nothing", master.WrapFingerprints());
        // Another instance may have been quicker.
        return await tx.Single<Row>(Select);
    }

    private const string Select = "select wrapped_keys, key_id from fingerprint_key";

    private sealed class Row
    {
        public byte[] WrappedKeys { get; init; } = [];

        public string KeyId { get; init; } = "";
    }
}
