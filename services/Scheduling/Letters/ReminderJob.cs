using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Letters;

/// <summary>
/// Once an hour, outside Development: what <c>SendReminders</c> does when asked, by day; and answers and reminders of
/// sessions that ended a year ago go, with the calendars that were revoked then.
/// </summary>
internal sealed class ReminderJob(Db db, TimeProvider time, ILogger<ReminderJob> logger) : RepeatedJob(TimeSpan.FromHours(1), time, logger)
{
    private const int FirstHour = 7;
    private const int LastHour = 20;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    protected override Task Run(CancellationToken stopping) => RunOnce(Time.GetUtcNow(), stopping);

    internal async Task RunOnce(DateTimeOffset now, CancellationToken cancellation)
    {
        if (Paris.TimeOf(now).Hour is >= FirstHour and <= LastHour)
        {
            await db.InTransaction(tx => SendReminders.Run(tx, now), cancellation);
        }

        await db.InTransaction(tx => Forget(tx, now - Kept), cancellation);
    }

    internal static Task<int> Forget(Tx tx, DateTimeOffset before) =>
        tx.Execute(
            """
            delete from reply r using session s where s.id = r.session_id and s.end_instant < @before;
            delete from reminder r using session s where s.id = r.session_id and s.end_instant < @before;
            delete from calendar_feed where revoke_time < @before
            """,
            new { before });
}
