using System.Security.Cryptography;
using System.Text;

namespace Intervision.Intake.Encryption;

/// <summary>
/// Recognises again what is not kept: deposits, mailboxes, erased cases. Its keys stay for as long as the database does,
/// whatever becomes of the master key: a fingerprint of something that is gone cannot be taken anew (ADR 47).
/// </summary>
internal sealed class Fingerprints
{
    private const int KeyBytes = 32;
    private readonly byte[] mailboxKey;
    private readonly byte[] erasedKey;
    private readonly byte[] macKey;

    /// <param name="keys">As <see cref="Keys"/>.</param>
    public Fingerprints(byte[] keys)
    {
        Keys = keys;
        (mailboxKey, erasedKey, RequestKey, macKey) = (keys[..32], keys[32..64], keys[64..96], keys[96..]);
    }

    /// <summary>Those of a database that has none yet.</summary>
    public static Fingerprints DerivedFrom(byte[] masterKey)
    {
        byte[][] purposes = ["intake mailbox mac"u8.ToArray(), "intake erased case mac"u8.ToArray(), "intake request log"u8.ToArray(), "intake payload mac"u8.ToArray()];
        return new([.. purposes.SelectMany(purpose => HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, KeyBytes, info: purpose))]);
    }

    /// <summary>All of them, one after the other.</summary>
    public byte[] Keys { get; }

    /// <summary>Of the request log's hashes, which outlive an erased case by days.</summary>
    public byte[] RequestKey { get; }

    /// <summary>
    /// Recognises the same deposit again without keeping it: a plain hash of a short question could be guessed.
    /// </summary>
    public byte[] Mac(byte[] payload) => HMACSHA256.HashData(macKey, payload);

    /// <summary>Recognises a mailbox without keeping its address, whatever its case.</summary>
    public byte[] MailboxMac(string address) => HMACSHA256.HashData(mailboxKey, Encoding.UTF8.GetBytes(address.Trim().ToLowerInvariant()));

    /// <summary>Recognises an erased case for whoever holds its code, without keeping the code.</summary>
    public byte[] CodeMac(string code) => HMACSHA256.HashData(erasedKey, Encoding.UTF8.GetBytes(code));

    /// <summary>Recognises an erased case for whoever holds its code and knows who had requested it (<c>professionals/{id}</c>).</summary>
    public byte[] HolderMac(string code, string requester) => HMACSHA256.HashData(erasedKey, Encoding.UTF8.GetBytes($"{code}/{requester}"));
}
