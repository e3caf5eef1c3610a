using System.Security.Cryptography;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Encryption;

/// <summary>
/// The only place where clinical text is written and read: encrypted under a key per case, itself wrapped by the master
/// key. Destroying the wrapped key erases the case's texts for ever (DESIGN §2.2).
/// </summary>
internal sealed class Vault(MasterKey master)
{
    /// <summary>As a condition on <c>cases c</c>: the key was destroyed, nothing of the case can be read or written any more.</summary>
    public const string Erased = "not exists (select from case_key k where k.case_id = c.id and k.wrapped_key is not null)";

    /// <summary>Key and first text of a case that is about to be inserted.</summary>
    public (WrappedKey Key, byte[] Ciphertext) SealFirst(Guid caseId, string field, ReadOnlySpan<byte> plain)
    {
        var key = RandomNumberGenerator.GetBytes(32);
        return (master.Wrap(caseId, key), Sealed.Seal(key, plain, Aad.Of(caseId, field)));
    }

    /// <summary>Writes a text, or writes it again.</summary>
    public async Task Write(Tx tx, Guid caseId, string field, byte[] plain)
    {
        var key = await Key(tx, caseId) ?? throw new InvalidOperationException("The key of this case was destroyed.");
        await tx.Execute(
            """
            insert into clinical_text (case_id, field, ciphertext) values (@caseId, @field, @ciphertext)
            on conflict (case_id, field) do update set ciphertext = excluded.ciphertext
            """,
            new { caseId, field, ciphertext = Sealed.Seal(key, plain, Aad.Of(caseId, field)) });
    }

    /// <summary>Null when never written, or erased.</summary>
    public async Task<byte[]?> Read(Tx tx, Guid caseId, string field)
    {
        var key = await Key(tx, caseId);
        var ciphertext = await tx.SingleOrDefault<byte[]>(
            "select ciphertext from clinical_text where case_id = @caseId and field = @field", new { caseId, field });
        return key is null || ciphertext is null ? null : Sealed.Open(key, ciphertext, Aad.Of(caseId, field));
    }

    /// <summary>Deletes one text; the others of the case, and its key, stay.</summary>
    public static Task Forget(Tx tx, Guid caseId, string field) =>
        tx.Execute("delete from clinical_text where case_id = @caseId and field = @field", new { caseId, field });

    /// <summary>Destroys the key. Copies of the ciphertext elsewhere (backups) become unreadable with it.</summary>
    public static Task Erase(Tx tx, Guid caseId, DateTimeOffset now) =>
        tx.Execute(
            """
            with erased as (delete from clinical_text where case_id = @caseId)
            update case_key set wrapped_key = null, destroy_time = @now where case_id = @caseId and wrapped_key is not null
            """,
            new { caseId, now });

    /// <summary>See <see cref="Erased"/>.</summary>
    public static Task<bool> IsErased(Tx tx, Guid caseId) => tx.Single<bool>($"select {Erased} from (select @caseId as id) c", new { caseId });

    private async Task<byte[]?> Key(Tx tx, Guid caseId)
    {
        var (wrapped, keyId) = await tx.SingleOrDefault<(byte[]?, string?)>("select wrapped_key, key_id from case_key where case_id = @caseId", new { caseId });
        return wrapped is null ? null : master.Unwrap(caseId, wrapped, keyId);
    }
}
