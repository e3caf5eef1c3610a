using Google.Protobuf;
using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using ImportOutcome = Intervision.Membership.V1.ImportDirectoryResponse.Types.Outcome;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Membership.Files;

/// <summary>One kind of resource as files tell it: a file of its own, and files of its parts.</summary>
internal abstract class FileKind(DirectoryFile own)
{
    public DirectoryFile Own => own;

    /// <summary>Its own file first.</summary>
    public abstract IReadOnlyList<DirectoryFile> Files { get; }

    /// <summary>Where the resources are: a table, and its key column.</summary>
    public abstract (string Table, string Key) Table { get; }

    /// <summary>For each file that was sent: whose parts to look through when none of its lines speaks of them.</summary>
    public abstract IEnumerable<(DirectoryFile File, string Owners)> PartOwners(IReadOnlySet<DirectoryFile> sent);

    public abstract string NameOf(string key);

    /// <summary>Applies what the files say of some resources, each key whole.</summary>
    /// <returns>One result per line, and one per part that vanished.</returns>
    public abstract Task<IReadOnlyList<FileRowResult>> Apply(Tx tx, Author author, IReadOnlyList<KeyLines> batch, IReadOnlySet<DirectoryFile> sent);
}

/// <summary>All lines of one key, by file and number; none for a resource that the files do not name.</summary>
internal sealed record KeyLines(string Key, IReadOnlyList<StagedLine> Lines);

/// <inheritdoc/>
internal abstract class FileKind<T>(DirectoryFile own, params IReadOnlyList<FilePart<T>> parts) : FileKind(own)
    where T : class, IMessage<T>, IDeepCloneable<T>
{
    public sealed override IReadOnlyList<DirectoryFile> Files { get; } = [own, .. parts.Select(p => p.File)];

    public sealed override IEnumerable<(DirectoryFile, string)> PartOwners(IReadOnlySet<DirectoryFile> sent) =>
        parts.Where(p => sent.Contains(p.File)).Select(p => (p.File, p.Owners));

    public sealed override async Task<IReadOnlyList<FileRowResult>> Apply(
        Tx tx, Author author, IReadOnlyList<KeyLines> batch, IReadOnlySet<DirectoryFile> sent)
    {
        var rows = NewRows();
        var stored = await rows.Find(tx, [.. batch.Select(k => k.Key)]);
        var known = stored.Count == 0 ? [] : await rows.AsRows(tx, [.. stored.Keys], Paris.DateOf(author.Time));
        var entries = batch
            .Select(k => new Entry<T>(k.Key, [.. k.Lines.Select(l => new Line(l))], stored.GetValueOrDefault(k.Key), known.GetValueOrDefault(k.Key)))
            .ToList();
        foreach (var part in parts.Where(p => sent.Contains(p.File)))
        {
            await part.Prepare(tx, [.. entries.SelectMany(e => e.Of(part.File))]);
        }

        foreach (var entry in entries)
        {
            Compose(entry, rows, sent);
        }

        await rows.Apply(tx, author, stored);
        await Remember(tx, entries.Where(e => e.Row is { Hash: var hash } && e.Stored is { IsSo: true } s && !hash.AsSpan().SequenceEqual(s.ImportedHash)));
        entries.ForEach(Settle);
        return [.. entries.SelectMany(e => e.Results)];
    }

    protected abstract RowKind<T> NewRows();

    /// <summary>A resource with nothing but its name.</summary>
    protected abstract T New(string key);

    /// <summary>Puts what the line of its own file says onto the resource; rejects the line for what cannot be read.</summary>
    protected abstract void Read(Line line, T onto);

    /// <summary>Merges the files with what the directory holds; hands on what differs.</summary>
    private void Compose(Entry<T> entry, RowKind<T> rows, IReadOnlySet<DirectoryFile> sent)
    {
        entry.FindOwn(Own);
        if (entry.Own is null && entry.Known is null)
        {
            entry.RejectAll("OWNER_UNKNOWN", $"« {NameOf(entry.Key)} » n'est ni dans l'annuaire ni dans {FileFormat.Of(Own).Name}.");
            return;
        }

        var content = entry.Known?.Clone() ?? New(entry.Key);
        var digests = new List<byte[]> { ReadOwn(entry, content, rows) };
        for (var i = 1; i < Files.Count; i++)
        {
            var last = Digest.At(entry.Stored?.ImportedHash, i, Files.Count);
            digests.Add(sent.Contains(Files[i]) ? parts[i - 1].Merge(entry, content, last) : Kept(last));
        }

        if (entry.Own?.IsRejected == true)
        {
            entry.Reject(entry.Own.Result.Reason, entry.Own.Result.Message);
            return;
        }

        content = rows.Canonical(content);
        entry.Row = new Row<T>(content, new ImportDirectoryResponse.Types.RowResult());
        entry.Row.Seal([.. digests.SelectMany(d => d)]);
        if (entry.Known is not null && content.Equals(entry.Known))
        {
            entry.Stored!.IsSo = true;
        }
        else
        {
            rows.Add(entry.Row);
        }
    }

    /// <returns>Digest of what its own file says.</returns>
    private byte[] ReadOwn(Entry<T> entry, T content, RowKind<T> rows)
    {
        var last = Digest.At(entry.Stored?.ImportedHash, 0, Files.Count);
        if (entry.Own is not { } line)
        {
            return Kept(last);
        }

        line.Result.Resource = NameOf(entry.Key);
        var digest = Digest.Of([line]);
        if (!last.SequenceEqual(digest))
        {
            Read(line, content);
        }

        // The parts are still those of the directory: what differs is the resource's own.
        line.Decide(entry.Known is null ? Outcome.Created : rows.Canonical(content).Equals(entry.Known) ? Outcome.Unchanged : Outcome.Updated);
        return digest;
    }

    /// <summary>The file was not sent: what it said last stands.</summary>
    private static byte[] Kept(ReadOnlySpan<byte> last) => last.IsEmpty ? new byte[Digest.Length] : last.ToArray();

    private static void Settle(Entry<T> entry)
    {
        if (entry.Row?.Result is not { } result)
        {
            return;
        }

        if (result.Outcome == ImportOutcome.Rejected)
        {
            entry.Reject(result.Reason, result.Message);
        }
        else if (entry.Own is { IsRejected: false } own)
        {
            own.Result.Message = result.Message;
        }
    }

    /// <summary>What is so already was said by this file, too: said again after an edit by hand, it changes nothing.</summary>
    private async Task Remember(Tx tx, IEnumerable<Entry<T>> same)
    {
        var (keys, hashes) = (new List<string>(), new List<byte[]>());
        foreach (var entry in same)
        {
            keys.Add(entry.Key);
            hashes.Add(entry.Row!.Hash);
        }

        if (keys.Count > 0)
        {
            await tx.Execute(
                $"""
                update {Table.Table} r set imported_hash = said.hash
                from unnest(@keys, @hashes) as said (key, hash) where r.{Table.Key} = said.key
                """,
                new { keys = keys.ToArray(), hashes = hashes.ToArray() });
        }
    }
}
