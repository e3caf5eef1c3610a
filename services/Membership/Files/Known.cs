using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Files;

/// <summary>Which of the things that lines refer to exist.</summary>
internal static class Known
{
    public static async Task<HashSet<string>> Among(Tx tx, string table, string column, IEnumerable<string> keys) =>
        (await tx.Query<string>(
            $"select {column} from {table} where {column} = any(@keys)", new { keys = keys.Distinct(StringComparer.Ordinal).ToArray() }))
            .ToHashSet(StringComparer.Ordinal);
}
