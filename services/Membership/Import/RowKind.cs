using System.Text.Json;
using Google.Protobuf;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Import;

/// <summary>Consecutive rows of one kind with distinct keys, applied together in a handful of statements.</summary>
internal abstract class Segment
{
    /// <summary>Takes the row unless its key is there already: of two in a row, the later is an update of the first.</summary>
    /// <returns>False when a new segment must begin.</returns>
    public abstract bool TryAdd(ImportDirectoryRequest request, ImportDirectoryResponse.Types.RowResult result);

    public abstract Task Apply(Tx tx, DateTimeOffset now);
}

/// <summary>What every kind of row goes through; a kind says how it is checked, stored and told.</summary>
internal abstract class RowKind<T>(Func<ImportDirectoryRequest, T?> content) : Segment
    where T : class, IMessage<T>, IDeepCloneable<T>
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
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

    public sealed override async Task Apply(Tx tx, DateTimeOffset now)
    {
        await CheckReferences(tx, rows, now);
        var open = rows.Where(r => r.IsOpen).ToList();
        var stored = (await Load(tx, Keys(open))).ToDictionary(s => s.Key, StringComparer.Ordinal);
        open.ForEach(r => r.Decide(stored.GetValueOrDefault(KeyOf(r.Content)), now));
        var changes = open.Where(r => r.IsChange).ToList();
        if (changes.Count > 0)
        {
            await Save(tx, changes, now);
            await OutboxBatch.Append(tx, now, await Tell(tx, changes, now));
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

    /// <summary>The events: the full new state (DESIGN §4).</summary>
    protected abstract Task<IReadOnlyList<ToSay>> Tell(Tx tx, IReadOnlyList<Row<T>> changes, DateTimeOffset now);

    /// <summary>Which of these exist; the statement takes <c>@keys</c>.</summary>
    protected static async Task<HashSet<string>> Known(Tx tx, string sql, IEnumerable<string> keys) =>
        (await tx.Query<string>(sql, new { keys = keys.Where(k => k.Length > 0).Distinct(StringComparer.Ordinal).ToArray() }))
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>Rows as one JSON parameter, which <c>jsonb_to_recordset</c> turns back into rows: one statement, any number.</summary>
    protected static string Json<TRow>(IEnumerable<TRow> rows) => JsonSerializer.Serialize(rows, SnakeCase);
}
