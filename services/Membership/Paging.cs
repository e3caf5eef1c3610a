using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership;

/// <summary>One page of a list, and the token of the next; empty at the end.</summary>
internal sealed record PageOf<T>(IReadOnlyList<T> Items, string NextToken);

/// <summary>Keyset pages by key (API §7): one row more than asked tells whether there is a next page.</summary>
internal sealed class Paging(Db db, PageTokens tokens)
{
    public async Task<PageOf<T>> Page<T>(
        Call call, int pageSize, string pageToken, string filter, Func<Tx, string?, int, Task<IReadOnlyList<T>>> query, Func<T, string> key)
    {
        var size = PageTokens.Size(pageSize);
        var sealedBy = $"{call.Method}\n{call.Caller.Subject}\n{filter}";
        var after = await tokens.Open(sealedBy, pageToken, call.Cancellation);
        var rows = await db.Read(tx => query(tx, after, size + 1), call.Cancellation);
        return rows.Count <= size
            ? new PageOf<T>(rows, "")
            : new PageOf<T>(rows.Take(size).ToList(), await tokens.Seal(sealedBy, key(rows[size - 1]), call.Cancellation));
    }
}
