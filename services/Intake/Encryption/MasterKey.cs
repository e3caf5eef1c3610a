using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Intervision.Intake.Encryption;

/// <summary>The key that wraps the keys of cases: configuration <c>Intake:MasterKey</c>, base64 of 32 bytes.</summary>
internal sealed class MasterKey
{
    private readonly byte[] key;
    private readonly byte[] macKey;
    private readonly byte[] mailboxKey;
    private readonly byte[] erasedKey;

    public MasterKey(IConfiguration configuration)
    {
        var said = configuration["Intake:MasterKey"];
        Span<byte> bytes = stackalloc byte[33];
        if (string.IsNullOrEmpty(said) || !Convert.TryFromBase64String(said, bytes, out var length) || length != 32)
        {
            throw new InvalidOperationException("Intake:MasterKey must be the base64 of 32 random bytes (openssl rand -base64 32).");
        }

        key = bytes[..32].ToArray();
        mailboxKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: "intake mailbox mac"u8.ToArray());
        erasedKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: "intake erased case mac"u8.ToArray());
        RequestKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: "intake request log"u8.ToArray());
        macKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: "intake payload mac"u8.ToArray());
    }

    /// <summary>Of the request log's hashes, which outlive an erased case by days.</summary>
    public byte[] RequestKey { get; }

    /// <summary>Wraps a case's data key.</summary>
    public byte[] Wrap(Guid caseId, byte[] dataKey) => Sealed.Seal(key, dataKey, Aad.Of(caseId, "key"));

    /// <exception cref="CryptographicException">Another master key wrapped it, or it was tampered with.</exception>
    public byte[] Unwrap(Guid caseId, byte[] wrapped) => Sealed.Open(key, wrapped, Aad.Of(caseId, "key"));

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
