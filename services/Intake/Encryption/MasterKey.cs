using System.Security.Cryptography;

namespace Intervision.Intake.Encryption;

/// <summary>A key of a case or an alert, wrapped by the master key of this id.</summary>
internal sealed record WrappedKey(byte[] Bytes, string KeyId);

/// <summary>
/// The key that wraps the keys of cases and alerts: configuration <c>Intake:MasterKey</c>. While it is being changed,
/// <c>Intake:OtherMasterKey</c> is the one before or after it, which opens what it wrapped and wraps nothing (ADR 47).
/// </summary>
internal sealed class MasterKey
{
    private readonly WrappingKey current;
    private readonly WrappingKey? other;

    public MasterKey(IConfiguration configuration)
    {
        current = WrappingKey.Of(configuration, "Intake:MasterKey");
        other = string.IsNullOrEmpty(configuration["Intake:OtherMasterKey"]) ? null : WrappingKey.Of(configuration, "Intake:OtherMasterKey");
        Fingerprints = Fingerprints.DerivedFrom(current.Bytes);
    }

    /// <summary>Tells master keys apart, and nothing of them.</summary>
    public string Id => current.Id;

    /// <summary>Null outside a change of keys.</summary>
    public string? OtherId => other?.Id;

    /// <summary>Those of the database once they were loaded: they outlive the master key that they were first derived from.</summary>
    public Fingerprints Fingerprints { get; private set; }

    /// <summary>Wraps the data key of a case or an alert.</summary>
    public WrappedKey Wrap(Guid owner, byte[] dataKey) => new(Sealed.Seal(current.Bytes, dataKey, Aad.Of(owner, "key")), Id);

    /// <param name="keyId">Of the master key that wrapped it; null: from before ids were kept.</param>
    /// <exception cref="CryptographicException">Another master key wrapped it, or it was tampered with.</exception>
    public byte[] Unwrap(Guid owner, byte[] wrapped, string? keyId) => Open(wrapped, Aad.Of(owner, "key"), keyId);

    public WrappedKey WrapFingerprints() => new(Sealed.Seal(current.Bytes, Fingerprints.Keys, FingerprintsAad), Id);

    /// <exception cref="CryptographicException">As <see cref="Unwrap"/>.</exception>
    public void UnwrapFingerprints(byte[] wrapped, string keyId) => Fingerprints = new Fingerprints(Open(wrapped, FingerprintsAad, keyId));

    private static byte[] FingerprintsAad => Aad.Of(Guid.Empty, "fingerprints");

    private byte[] Open(byte[] wrapped, byte[] aad, string? keyId)
    {
        if (keyId is null && other is not null)
        {
            try
            {
                return Sealed.Open(current.Bytes, wrapped, aad);
            }
            catch (AuthenticationTagMismatchException)
            {
                return Sealed.Open(other.Bytes, wrapped, aad);
            }
        }

        return keyId is null || keyId == current.Id ? Sealed.Open(current.Bytes, wrapped, aad)
            : keyId == other?.Id ? Sealed.Open(other.Bytes, wrapped, aad)
            : throw new CryptographicException($"Wrapped by the master key {keyId}, which is not configured.");
    }

    private sealed record WrappingKey(byte[] Bytes, string Id)
    {
        public static WrappingKey Of(IConfiguration configuration, string name)
        {
            Span<byte> bytes = stackalloc byte[33];
            if (configuration[name] is not { Length: > 0 } said || !Convert.TryFromBase64String(said, bytes, out var length) || length != 32)
            {
                throw new InvalidOperationException($"{name} must be the base64 of 32 random bytes (openssl rand -base64 32).");
            }

            var key = bytes[..32].ToArray();
            return new(key, Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 8, info: "intake master key id"u8.ToArray())));
        }
    }
}
