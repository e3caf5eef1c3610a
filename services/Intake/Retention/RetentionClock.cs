using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Retention;

/// <summary>
/// What the database takes for the latest possible instant (<c>retention_clock</c>): its own clock, so that the service's
/// login cannot erase ahead of time by naming another. In Development, where calls bring their clock, any.
/// </summary>
internal static class RetentionClock
{
    /// <summary>A step of the migration, which runs as the owner; the service's login may not replace the function.</summary>
    public static Task Set(Tx tx, bool development) => tx.Execute(
        $"""
        create or replace function retention_clock() returns timestamptz language sql volatile
        as 'select {(development ? "timestamptz ''infinity''" : "clock_timestamp()")}'
        """);
}
