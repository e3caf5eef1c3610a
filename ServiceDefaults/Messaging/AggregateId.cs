using System.Security.Cryptography;
using System.Text;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>The aggregate uuid of a resource that people named (<c>poles/P12</c>): the same name, the same uuid.</summary>
public static class AggregateId
{
    /// <summary>UUID version 8 (RFC 9562 §5.8) from the SHA-256 of the name.</summary>
    public static Guid Of(string resourceName)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(resourceName), hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0F));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new Guid(hash[..16], bigEndian: true);
    }
}
