using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Intervision.Membership.Files;

/// <summary>Lines of whole keys, few enough for one transaction; and the lines that cannot be read.</summary>
internal sealed class Batch
{
    public List<KeyLines> Keys { get; } = [];

    public List<StagedLine> Unreadable { get; } = [];

    public int Size { get; set; }

    public int Lines { get; set; }

    /// <summary>Stands for the lines in the request log, which compares payloads.</summary>
    public BytesValue Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in Keys.SelectMany(k => k.Lines).Concat(Unreadable))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{line.File} {line.Number} {line.Key} {string.Join('\u001f', line.Fields)} {line.Reason}\n"));
        }

        return new BytesValue { Value = ByteString.CopyFrom(hash.GetHashAndReset()) };
    }
}

/// <summary>
/// Cuts sorted lines into batches between two keys: the same files make the same batches, so that an import that was cut
/// and is sent again finds its answers.
/// </summary>
internal static class Batches
{
    public const int Keys = 1000;
    private const int Characters = 1024 * 1024;
    private const int Lines = 10_000;

    /// <summary>A territory has at most so many communes, and nothing else has more parts.</summary>
    private const int LinesPerKey = Import.Territories.MaximumCommunes + 1;

    public static async IAsyncEnumerable<Batch> Of(IAsyncEnumerable<StagedLine> lines, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var batch = new Batch();
        List<StagedLine>? ofKey = null;
        var key = "";
        await foreach (var line in lines.WithCancellation(cancellation))
        {
            if (line.Key != key)
            {
                ofKey = null;
            }

            if (ofKey is null && (batch.Keys.Count >= Keys || batch.Size >= Characters || batch.Lines >= Lines))
            {
                yield return batch;
                batch = new Batch();
            }

            batch.Size += line.Size;
            batch.Lines++;
            key = line.Key;
            if (key.Length == 0)
            {
                batch.Unreadable.Add(line);
            }
            else if (ofKey is null)
            {
                ofKey = [line];
                batch.Keys.Add(new KeyLines(key, ofKey));
            }
            else if (ofKey.Count < LinesPerKey)
            {
                ofKey.Add(line);
            }
            else
            {
                throw ServiceDefaults.Grpc.RuleBroken.Invalid(
                    "data", "TOO_MANY_LINES", $"{FileFormat.Of(line.File).Name}, ligne {line.Number} : plus de {LinesPerKey} lignes pour « {line.Key} ».");
            }
        }

        if (batch.Lines > 0)
        {
            yield return batch;
        }
    }
}
