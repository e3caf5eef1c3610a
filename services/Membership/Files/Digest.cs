using System.Security.Cryptography;
using System.Text;

namespace Intervision.Membership.Files;

/// <summary>
/// What a file said of a resource, in 16 bytes. <c>imported_hash</c> holds one per file of the resource: what a file says
/// again as it said it last changes nothing, even after somebody edited the resource by hand.
/// </summary>
internal static class Digest
{
    public const int Length = 16;

    /// <summary>Neither the order of lines nor spaces around fields matter, nor an empty column that was not there before.</summary>
    public static byte[] Of(IEnumerable<Line> lines)
    {
        var said = string.Join('\n', lines.Select(l => l.Said).Order(StringComparer.Ordinal));
        return SHA256.HashData(Encoding.UTF8.GetBytes(said))[..Length];
    }

    /// <summary>What a file said last; empty when it never did.</summary>
    public static ReadOnlySpan<byte> At(byte[]? importedHash, int index, int files) =>
        importedHash?.Length == files * Length ? importedHash.AsSpan(index * Length, Length) : [];
}
