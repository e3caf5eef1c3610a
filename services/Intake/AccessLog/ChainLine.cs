using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Intervision.Intake.AccessLog;

/// <summary>
/// What the access log consists of, in the order in which it is checked: of every shard its months, each opening and then
/// its entries, and at the end the head.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Opening), "month")]
[JsonDerivedType(typeof(Entry), "entry")]
[JsonDerivedType(typeof(Head), "head")]
internal abstract record ChainLine
{
    public const int Shards = 8;

    public int Shard { get; init; }

    /// <summary>What the first month of a shard opens with.</summary>
    public static byte[] Genesis(int shard) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"intervision access log, shard {shard}")));
}

/// <summary>A month of a shard begins, with the last hash of the one before.</summary>
internal sealed record Opening : ChainLine
{
    /// <summary>First day of the month.</summary>
    public DateOnly Segment { get; init; }

    public long FirstNo { get; init; }

    public byte[] Hash { get; init; } = [];

    /// <summary>When its entries were dropped; null while they are there.</summary>
    public DateTimeOffset? DropTime { get; init; }
}

/// <summary>One reading, given or refused: codes and names of resources, no text from people.</summary>
internal sealed record Entry : ChainLine
{
    public DateOnly Segment { get; init; }

    public long No { get; init; }

    public DateTimeOffset AccessTime { get; init; }

    public string Actor { get; init; } = "";

    public string[] Roles { get; init; } = [];

    public string ActingAs { get; init; } = "";

    public string CaseCode { get; init; } = "";

    public string Action { get; init; } = "";

    public string Purpose { get; init; } = "";

    public string Outcome { get; init; } = "";

    public byte[] Hash { get; init; } = [];

    /// <summary>
    /// SHA-256 over the previous hash and every field in order: UTF-8, each preceded by its length in bytes (four bytes,
    /// big-endian); times in microseconds since 1970, months as yyyy-MM, roles joined by a comma.
    /// </summary>
    public byte[] HashAfter(byte[] previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        string[] fields =
        [
            Number(Shard), Segment.ToString("yyyy-MM", CultureInfo.InvariantCulture), Number(No),
            Number((AccessTime - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond),
            Actor, string.Join(',', Roles), ActingAs, CaseCode, Action, Purpose, Outcome,
        ];
        Span<byte> length = stackalloc byte[4];
        foreach (var field in fields)
        {
            var bytes = Encoding.UTF8.GetBytes(field);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Where a shard ends: without it the last entries could be cut off.</summary>
internal sealed record Head : ChainLine
{
    public long No { get; init; }

    public byte[] Hash { get; init; } = [];
}
