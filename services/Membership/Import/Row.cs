using System.Security.Cryptography;
using Google.Protobuf;
using Intervision.Membership.V1;

namespace Intervision.Membership.Import;

/// <summary>One row on its way: canonical once checked, its outcome once decided. The first rejection stands.</summary>
internal sealed class Row<T>(T content, ImportDirectoryResponse.Types.RowResult result)
    where T : class, IMessage<T>, IDeepCloneable<T>
{
    /// <summary>A copy of what was sent, which its kind puts into canonical form.</summary>
    public T Content { get; } = content.Clone();

    public ImportDirectoryResponse.Types.RowResult Result => result;

    /// <summary>Whether nothing was decided against the row yet.</summary>
    public bool IsOpen => result.Outcome == ImportDirectoryResponse.Types.Outcome.Unspecified;

    /// <summary>Whether the row is to be stored.</summary>
    public bool IsChange => result.Outcome is ImportDirectoryResponse.Types.Outcome.Created or ImportDirectoryResponse.Types.Outcome.Updated;

    /// <summary>Of what was sent, set once it is complete: SHA-256 of a typed row, or the digests of files.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <summary>The version this row makes.</summary>
    public long Version { get; private set; }

    /// <summary>Rejects the row unless the condition holds; gives the condition back, so that checks can build on it.</summary>
    public bool Require(bool holds, string reason, string french)
    {
        if (!holds && IsOpen)
        {
            result.Outcome = ImportDirectoryResponse.Types.Outcome.Rejected;
            result.Reason = reason;
            result.Message = french;
        }

        return holds;
    }

    /// <summary>Accepted all the same, but somebody should know.</summary>
    public void Warn(string french) => result.Message = result.Message.Length == 0 ? french : $"{result.Message} {french}";

    public void Seal() => Seal(SHA256.HashData(Content.ToByteArray()));

    /// <summary>For content that is more than what was sent.</summary>
    public void Seal(byte[] hash) => Hash = hash;

    public void Decide(Stored? stored, DateTimeOffset now)
    {
        var verdict = Verdict.Of(stored, Hash, now);
        Version = (stored?.Version ?? 0) + 1;
        if (Require(verdict.Reason.Length == 0, verdict.Reason, verdict.French))
        {
            result.Outcome = verdict.Outcome;
        }
    }
}

/// <summary>What the directory holds of a row's resource.</summary>
internal sealed class Stored
{
    public string Key { get; init; } = "";

    /// <summary>Of the row as last imported; empty when it never was.</summary>
    public byte[] ImportedHash { get; init; } = [];

    public long Version { get; init; }

    public DateTimeOffset UpdateTime { get; init; }

    /// <summary>Whether the row says what the directory holds, although it is not the row last imported.</summary>
    public bool IsSo { get; set; }
}

/// <summary>What is decided about a row that is right in itself.</summary>
internal sealed record Verdict(ImportDirectoryResponse.Types.Outcome Outcome, string Reason = "", string French = "")
{
    /// <summary>Pure: new, already so, changed; a clock that runs backwards is refused (DESIGN §7.20).</summary>
    public static Verdict Of(Stored? stored, ReadOnlySpan<byte> hash, DateTimeOffset now)
    {
        if (stored is null)
        {
            return new(ImportDirectoryResponse.Types.Outcome.Created);
        }

        if (stored.IsSo || hash.SequenceEqual(stored.ImportedHash))
        {
            return new(ImportDirectoryResponse.Types.Outcome.Unchanged);
        }

        return now < stored.UpdateTime
            ? new(ImportDirectoryResponse.Types.Outcome.Rejected, "CLOCK_BEFORE_LAST_CHANGE", "L'instant de l'import précède la dernière modification connue.")
            : new(ImportDirectoryResponse.Types.Outcome.Updated);
    }
}
