using System.Security.Cryptography;

namespace Intervision.Indemnisation.Payments;

/// <summary>
/// UUIDv7 of one instant, each greater than the one before (RFC 9562, §6.2, method 2): a run's payments are written where their
/// index ends, in the order of the file, instead of all over it.
/// </summary>
internal sealed class AscendingIds(DateTimeOffset instant)
{
    private const int LargestStep = int.MaxValue;

    /// <summary>Bit 61 is left free: so many steps that it would not hold, no run has.</summary>
    private const ulong Room = ulong.MaxValue >> 3;

    /// <summary>Of the variant.</summary>
    private const ulong Rfc = 1UL << 63;

    private readonly UInt128 high = Of(Guid.CreateVersion7(instant)) >> 64 << 64;
    private ulong low = (ulong)(Of(Guid.CreateVersion7(instant)) & Room);

    public Guid Next()
    {
        low = checked(low + (ulong)RandomNumberGenerator.GetInt32(1, LargestStep));
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, high | Rfc | low);
        return new Guid(bytes, bigEndian: true);
    }

    private static UInt128 Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
