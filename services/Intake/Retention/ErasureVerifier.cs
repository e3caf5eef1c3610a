using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Retention;

/// <summary>
/// Looks for what is left of erased cases in every table there is, whoever made it: under the id the register knows, and as
/// a code that no case bears any more. Stores with a clock of their own may hold codes for a while and are told apart.
/// </summary>
internal static class ErasureVerifier
{
    /// <summary>Known by id: the register itself, stream numbers (which say nothing), the notice and what was said.</summary>
    private static readonly string[] HoldIds =
        ["erasure", "erasure_notice", "stream_head", "inbox_watermark", "inbox_parked", "outbox", "outbox_parked", "published_event", "access_log_before_chain"];

    /// <summary>Stores of codes that go by their own clock (docs/privacy.md).</summary>
    private static readonly string[] HoldCodes =
        ["access_log", "erasure_notice", "inbox_parked", "outbox", "outbox_parked", "published_event", "mail_queue"];

    public static async Task<Verified> Verify(Tx tx)
    {
        var (leftovers, passing) = (new List<Left>(), new List<Left>());
        foreach (var column in await Columns(tx))
        {
            var rows = await tx.Single<long>(column.IsId ? UnderId(column) : AsCode(column));
            if (rows > 0 && !(column.IsId ? HoldIds : HoldCodes).Contains(column.Table))
            {
                leftovers.Add(new Left(column.Table, column.Name, rows));
            }
            else if (rows > 0 && !column.IsId)
            {
                passing.Add(new Left(column.Table, column.Name, rows));
            }
        }

        return new Verified(await tx.Single<long>("select count(*) from erasure"), leftovers, passing);
    }

    /// <summary>Names come from the catalogue, so they are quoted, not trusted.</summary>
    private static string UnderId(Column c) => $"select count(*) from {c.Quoted} t where t.{c.QuotedName} in (select case_id from erasure)";

    private static string AsCode(Column c) =>
        $"""
        select count(*) from {c.Quoted} t
        where exists (
          select from regexp_matches(t.{c.QuotedName}::text, 'SIT-[0-9A-HJKMNP-TV-Z]{"{4}"}-[0-9A-HJKMNP-TV-Z]{"{4}"}', 'g') m (found)
          where not exists (select from cases where code = m.found[1]))
        """;

    private static Task<IReadOnlyList<Column>> Columns(Tx tx) => tx.Query<Column>(
        """
        select t.relname as "table", a.attname as name, quote_ident(t.relname) as quoted, quote_ident(a.attname) as quoted_name,
          a.atttypid = 'uuid'::regtype as is_id
        from pg_attribute a join pg_class t on t.oid = a.attrelid
        where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
          and a.attnum > 0 and not a.attisdropped
          and a.atttypid in ('uuid'::regtype, 'text'::regtype, 'text[]'::regtype, 'jsonb'::regtype)
          and has_column_privilege(t.oid, a.attnum, 'select')
        order by t.relname, a.attnum
        """);

    private sealed class Column
    {
        public string Table { get; init; } = "";

        public string Name { get; init; } = "";

        public string Quoted { get; init; } = "";

        public string QuotedName { get; init; } = "";

        public bool IsId { get; init; }
    }
}

/// <summary>Rows where something is left.</summary>
internal sealed record Left(string Table, string Column, long Rows);

/// <summary>What was found: leftovers that must not be, and codes in stores that go by their own clock.</summary>
internal sealed record Verified(long Erasures, IReadOnlyList<Left> Leftovers, IReadOnlyList<Left> Passing);
