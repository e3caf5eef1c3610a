using System.Security.Cryptography;
using System.Text;

namespace Intervision.Intake.Encryption;

/// <summary>AES-256-GCM: 12 random bytes of nonce, ciphertext, 16 bytes of tag.</summary>
internal static class Sealed
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> plain, byte[] aad)
    {
        var whole = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = whole.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, whole.AsSpan(NonceBytes, plain.Length), whole.AsSpan(NonceBytes + plain.Length), aad);
        return whole;
    }

    /// <exception cref="CryptographicException">Wrong key, wrong place, or tampered with.</exception>
    public static byte[] Open(byte[] key, ReadOnlySpan<byte> whole, byte[] aad)
    {
        var plain = new byte[whole.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(whole[..NonceBytes], whole[NonceBytes..^TagBytes], whole[^TagBytes..], plain, aad);
        return plain;
    }
}

/// <summary>What a ciphertext is bound to: it cannot be moved to another case or field.</summary>
internal static class Aad
{
    public static byte[] Of(Guid caseId, string field) => Encoding.UTF8.GetBytes($"{caseId:N}/{field}");
}
