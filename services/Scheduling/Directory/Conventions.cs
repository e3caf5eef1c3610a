using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Directory;

internal static class Conventions
{
    /// <summary>
    /// Of these dates, those on which the host has a convention in force (S1), from its first day to its last, inclusive.
    /// </summary>
    public static async Task<IReadOnlySet<DateOnly>> InForce(Tx tx, string host, params DateOnly[] dates) =>
        (await tx.Query<DateOnly>(
            """
            select d from unnest(@dates) as d
            where exists (select from convention
                          where organisation = @host and d between first_date and last_date)
            """,
            new { host, dates })).ToHashSet();
}
