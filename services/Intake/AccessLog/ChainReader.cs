using System.Runtime.CompilerServices;
using System.Text.Json;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.AccessLog;

/// <summary>The access log line by line, from the database or from a file.</summary>
internal static class ChainReader
{
    private const int Page = 5000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Under one snapshot: heads and entries belong together.</summary>
    /// <param name="tx">A transaction that has not read anything yet.</param>
    /// <param name="from">First month; null for all.</param>
    public static async IAsyncEnumerable<ChainLine> Lines(Tx tx, DateOnly? from)
    {
        await tx.Execute("set transaction isolation level repeatable read, read only");
        for (var shard = 0; shard < ChainLine.Shards; shard++)
        {
            var months = await tx.Query<Opening>(
                """
                select shard, segment, first_no, opening as hash, drop_time from access_segment
                where shard = @shard and segment >= @first order by segment
                """,
                new { shard, first = from ?? DateOnly.MinValue });
            foreach (var month in months)
            {
                yield return month;
                await foreach (var entry in Entries(tx, shard, month.Segment))
                {
                    yield return entry;
                }
            }

            yield return await tx.Single<Head>("select shard, no, hash from access_shard where shard = @shard", new { shard });
        }
    }

    /// <summary>One line of JSON each; a line that cannot be read is a broken link.</summary>
    public static async IAsyncEnumerable<ChainLine> Lines(TextReader file, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var number = 1; await file.ReadLineAsync(cancellation) is { } text; number++)
        {
            yield return Parse(text) ?? throw new BrokenChain(-1, null, number, $"line {number} of the file cannot be read");
        }
    }

    public static string ToText(ChainLine line) => JsonSerializer.Serialize(line, Json);

    private static ChainLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ChainLine>(text, Json);
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private static async IAsyncEnumerable<Entry> Entries(Tx tx, int shard, DateOnly segment)
    {
        var last = 0L;
        IReadOnlyList<Entry> page;
        do
        {
            page = await tx.Query<Entry>(
                """
                select shard, segment, no, access_time, actor, roles, acting_as, case_code, action, purpose, outcome, hash from access_log
                where shard = @shard and segment = @segment and no > @last order by no limit @Page
                """,
                new { shard, segment, last, Page });
            foreach (var entry in page)
            {
                yield return entry;
                last = entry.No;
            }
        }
        while (page.Count == Page);
    }
}
