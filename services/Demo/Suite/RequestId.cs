using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Intervision.ServiceDefaults.Messaging;

namespace Intervision.Demo.Suite;

/// <summary>
/// Everything that could be drawn by lot derives from the data instead: a demo that was killed and started again makes
/// the same requests under the same ids, and chance falls the same way.
/// </summary>
internal static class RequestId
{
    /// <summary>A UUID from what is done to what.</summary>
    public static string Of(params IEnumerable<string> parts) => AggregateId.Of("demo/" + string.Join('\u001F', parts)).ToString();

    /// <summary>A date as a part of an id: 2026-09-01.</summary>
    public static string Iso(this DateOnly date) => date.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>A number from 0 to <paramref name="sides"/> - 1, always the same for the same parts.</summary>
    public static int Die(int sides, params IEnumerable<string> parts)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001F', parts)), hash);
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % (uint)sides);
    }
}
