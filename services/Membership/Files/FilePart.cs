using Google.Protobuf;
using Google.Protobuf.Collections;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Membership.Files;

/// <summary>A file whose lines are parts of resources: activities of people, communes of territories, …</summary>
internal abstract class FilePart<T>(DirectoryFile file)
    where T : class, IMessage<T>, IDeepCloneable<T>
{
    public DirectoryFile File => file;

    /// <summary>Selects as <c>key</c> the resources that have such parts.</summary>
    public abstract string Owners { get; }

    /// <summary>Loads what lines refer to.</summary>
    public abstract Task Prepare(Tx tx, IReadOnlyList<Line> lines);

    /// <summary>
    /// Adds to the content what the lines say and keeps what they do not name. Lines get their result as if the resource
    /// is accepted.
    /// </summary>
    /// <param name="content">As the directory holds it so far.</param>
    /// <param name="last">Digest of what this file said last; empty when it never did.</param>
    /// <returns>Digest of what it says now.</returns>
    public abstract byte[] Merge(Entry<T> entry, T content, ReadOnlySpan<byte> last);
}

/// <inheritdoc/>
internal abstract class FilePart<T, TItem>(DirectoryFile file) : FilePart<T>(file)
    where T : class, IMessage<T>, IDeepCloneable<T>
    where TItem : notnull
{
    public sealed override byte[] Merge(Entry<T> entry, T content, ReadOnlySpan<byte> last)
    {
        var items = ItemsOf(content);
        var known = items.ToDictionary(i => KeyOf(entry.Key, i), StringComparer.Ordinal);
        var said = Read(entry);
        foreach (var (key, item) in known.Where(k => !said.ContainsKey(k.Key)))
        {
            entry.Vanished(File, ResourceOf(entry.Key, item), VanishedMessage(item));
        }

        var digest = Digest.Of(said.Values.Where(s => !s.Line.IsRejected).Select(s => s.Line));
        if (last.SequenceEqual(digest))
        {
            // Said before: what was made of it since stays.
            Decide(said.Values, Outcome.Unchanged);
            return digest;
        }

        var merged = known.Where(k => !said.TryGetValue(k.Key, out var s) || s.Line.IsRejected).Select(k => k.Value).ToList();
        foreach (var (key, (line, item)) in said.Where(s => !s.Value.Line.IsRejected))
        {
            var held = known.GetValueOrDefault(key);
            var clash = Clash(content, item, merged);
            if (line.Require(clash is null, clash?.Reason ?? "", clash?.French ?? ""))
            {
                line.Decide(!known.ContainsKey(key) ? Outcome.Created : item.Equals(held) ? Outcome.Unchanged : Outcome.Updated);
                merged.Add(item);
            }
            else if (known.ContainsKey(key))
            {
                merged.Add(held!);
            }
        }

        items.Clear();
        items.Add(merged);
        return Digest.Of(said.Values.Where(s => !s.Line.IsRejected).Select(s => s.Line));
    }

    /// <summary>The item of a line; rejects the line for what is wrong in itself.</summary>
    protected abstract TItem Read(Line line);

    protected abstract RepeatedField<TItem> ItemsOf(T content);

    /// <summary>What makes two lines speak of the same.</summary>
    protected abstract string KeyOf(string owner, TItem item);

    /// <summary>Resource name of the item, or of its owner.</summary>
    protected abstract string ResourceOf(string owner, TItem item);

    /// <summary>French; names the item when its resource name does not.</summary>
    protected abstract string VanishedMessage(TItem item);

    /// <summary>Why the item cannot stand beside the others.</summary>
    protected abstract (string Reason, string French)? Clash(T content, TItem item, IReadOnlyList<TItem> others);

    private Dictionary<string, (Line Line, TItem Item)> Read(Entry<T> entry)
    {
        var said = new Dictionary<string, (Line Line, TItem Item)>(StringComparer.Ordinal);
        foreach (var line in entry.Of(File))
        {
            var item = Read(line);
            line.Result.Resource = ResourceOf(entry.Key, item);
            if (!said.TryAdd(KeyOf(entry.Key, item), (line, item)))
            {
                var first = said[KeyOf(entry.Key, item)].Line;
                line.Require(false, "DUPLICATE_ROW", $"Cette clé figure déjà : {first.Label}.");
            }
        }

        return said;
    }

    private static void Decide(IEnumerable<(Line Line, TItem Item)> said, Outcome outcome)
    {
        foreach (var (line, _) in said)
        {
            line.Decide(outcome);
        }
    }
}
