using Google.Protobuf;
using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Import;

/// <summary>Consecutive rows of one kind with distinct keys, applied together in a handful of statements.</summary>
internal abstract class Segment
{
    /// <summary>Takes the row unless its key is there already: of two in a row, the later is an update of the first.</summary>
    /// <returns>False when a new segment must begin.</returns>
    public abstract bool TryAdd(ImportDirectoryRequest request, ImportDirectoryResponse.Types.RowResult result);

    public abstract Task Apply(Tx tx, Author author);
}

/// <summary>What every kind of row goes through; a kind says how it is checked, stored and told.</summary>
internal abstract class RowKind<T>(Func<ImportDirectoryRequest, T?> content) : Segment
    where T : class, IMessage<T>, IDeepCloneable<T>
{
    private readonly List<Row<T>> rows = [];
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);

    public sealed override bool TryAdd(ImportDirectoryRequest request, ImportDirectoryResponse.Types.RowResult result)
    {
        if (content(request) is not { } said)
        {
            return false;
        }

        var row = new Row<T>(said, result);
        Check(row);
        if (!row.IsOpen)
        {
            return true;
        }

        row.Seal();
        if (!keys.Add(KeyOf(row.Content)))
        {
            return false;
        }

        rows.Add(row);
        return true;
    }

    /// <summary>Takes a row of a key of its own whose content is complete and differs from what the directory holds.</summary>
    public void Add(Row<T> row)
    {
        Check(row);
        if (row.IsOpen)
        {
            rows.Add(row);
        }
    }

    public sealed override async Task Apply(Tx tx, Author author)
    {
        await CheckReferences(tx, rows, author.Time);
        var open = rows.Where(r => r.IsOpen).ToList();
        var stored = await Find(tx, Keys(open));
        await CompareWithStates(tx, open, stored, Paris.DateOf(author.Time));
        await Store(tx, author, open, stored);
    }

    /// <summary>The same for rows that were <see cref="Add"/>ed: they are known to differ.</summary>
    /// <param name="stored">From <see cref="Find"/>, in this transaction.</param>
    public async Task Apply(Tx tx, Author author, IReadOnlyDictionary<string, Stored> stored)
    {
        await CheckReferences(tx, rows, author.Time);
        await Store(tx, author, rows.Where(r => r.IsOpen).ToList(), stored);
    }

    /// <summary>What is stored under these keys, by key, locked in key order.</summary>
    public async Task<Dictionary<string, Stored>> Find(Tx tx, string[] keys) =>
        (await Load(tx, keys)).ToDictionary(s => s.Key, StringComparer.Ordinal);

    /// <summary>The states of these keys, by key, as rows would say them.</summary>
    public async Task<Dictionary<string, T>> AsRows(Tx tx, string[] keys, DateOnly today) =>
        (await States(tx, keys, today)).ToDictionary(KeyOf, AsRow, StringComparer.Ordinal);

    /// <summary>In canonical form, without what is output only.</summary>
    public T Canonical(T content) => AsRow(content);

    private async Task Store(Tx tx, Author author, List<Row<T>> open, IReadOnlyDictionary<string, Stored> stored)
    {
        var now = author.Time;
        var today = Paris.DateOf(now);
        open.ForEach(r => r.Decide(stored.GetValueOrDefault(KeyOf(r.Content)), now));
        var changes = open.Where(r => r.IsChange).ToList();
        if (changes.Count > 0)
        {
            await Save(tx, changes, now);
            await Changes.Tell(tx, author, await Tell(tx, await States(tx, Keys(changes), today), today));
        }
    }

    /// <summary>A row that is not the one last imported may still say what is so already, after an edit by hand or an export.</summary>
    private async Task CompareWithStates(Tx tx, List<Row<T>> open, Dictionary<string, Stored> stored, DateOnly today)
    {
        var differ = open.Where(r => stored.TryGetValue(KeyOf(r.Content), out var s) && !r.Hash.AsSpan().SequenceEqual(s.ImportedHash)).ToList();
        if (differ.Count > 0)
        {
            var states = await AsRows(tx, Keys(differ), today);
            differ.ForEach(r => stored[KeyOf(r.Content)].IsSo = states[KeyOf(r.Content)].Equals(r.Content));
        }
    }

    protected string[] Keys(IEnumerable<Row<T>> some) => some.Select(r => KeyOf(r.Content)).ToArray();

    protected abstract string KeyOf(T content);

    /// <summary>Puts the row into canonical form, or rejects it for what is wrong in itself. Pure.</summary>
    protected abstract void Check(Row<T> row);

    /// <summary>Rejects what refers to something unknown, or collides with what is known.</summary>
    protected abstract Task CheckReferences(Tx tx, IReadOnlyList<Row<T>> rows, DateTimeOffset now);

    /// <summary>What is stored under these keys, locked in key order.</summary>
    protected abstract Task<IReadOnlyList<Stored>> Load(Tx tx, string[] keys);

    protected abstract Task Save(Tx tx, IReadOnlyList<Row<T>> changes, DateTimeOffset now);

    /// <summary>Full states as stored.</summary>
    protected abstract Task<IReadOnlyList<T>> States(Tx tx, string[] keys, DateOnly today);

    /// <summary>The state as an import row would say it: canonical, without what is output only.</summary>
    protected abstract T AsRow(T state);

    /// <summary>The history and the events of the changed resources.</summary>
    protected abstract Task<IReadOnlyList<Told>> Tell(Tx tx, IReadOnlyList<T> states, DateOnly today);

    /// <summary>Which of these exist; the statement takes <c>@keys</c>.</summary>
    protected static async Task<HashSet<string>> Known(Tx tx, string sql, IEnumerable<string> keys) =>
        (await tx.Query<string>(sql, new { keys = keys.Where(k => k.Length > 0).Distinct(StringComparer.Ordinal).ToArray() }))
            .ToHashSet(StringComparer.Ordinal);
}
