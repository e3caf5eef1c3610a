using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Directory;

internal static class Conventions
{
    /// <summary>
    /// Of these dates, those on which the host has a convention in force (S1); the last day is inclusive. Of the
    /// directory's states only TERMINATED counts: DRAFT and EXPIRED were computed for another day.
    /// </summary>
    public static async Task<IReadOnlySet<DateOnly>> InForce(Tx tx, string host, params DateOnly[] dates) =>
        (await tx.Query<DateOnly>(
            """
            select d from unnest(@dates) as d
            where exists (select from convention
                          where organisation = @host and d between signed_date and end_date and state <> 'TERMINATED')
            """,
            new { host, dates })).ToHashSet();
}
