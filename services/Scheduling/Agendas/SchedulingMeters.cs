using System.Diagnostics.Metrics;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Agendas;

/// <summary>
/// What the platform team watches of the waiting list and the calendar. Counts and ages only, against the service's own clock.
/// With several replicas each tells the same figures.
/// </summary>
internal sealed class SchedulingMeters : RepeatedJob
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);
    private static readonly Meter Meter = new("Intervision.Scheduling");
    private static Seen seen = new();
    private readonly Db db;

    static SchedulingMeters()
    {
        Meter.CreateObservableGauge("intervision.scheduling.waiting.cases", () => Volatile.Read(ref seen).WaitingCases, "{case}", "Cases that wait for a session");
        Meter.CreateObservableGauge("intervision.scheduling.waiting.age", () => Volatile.Read(ref seen).OldestSeconds, "s", "How long the longest waiting case has been ready");
        Meter.CreateObservableGauge("intervision.scheduling.sessions.upcoming", () => Volatile.Read(ref seen).SessionsToCome, "{session}", "Sessions planned, prepared or convened that have not begun");
    }

    public SchedulingMeters(Db db, TimeProvider time, ILogger<SchedulingMeters> logger) : base(Every, time, logger) => this.db = db;

    protected override async Task Run(CancellationToken stopping) => Volatile.Write(ref seen, await Look(db, Time.GetUtcNow(), stopping));

    public static Task<Seen> Look(Db db, DateTimeOffset now, CancellationToken cancellation) => db.Read(
        tx => tx.Single<Seen>(
            """
            select (select count(*) from ready_case where waiting) as waiting_cases,
                   (select greatest(0, coalesce(extract(epoch from @now - min(ready_time)), 0))::float8 from ready_case where waiting) as oldest_seconds,
                   (select count(*) from session where state in ('PLANNED', 'PREPARED', 'CONVENED') and start_instant > @now) as sessions_to_come
            """,
            new { now }),
        cancellation);

    public sealed record Seen
    {
        public long WaitingCases { get; init; }

        public double OldestSeconds { get; init; }

        public long SessionsToCome { get; init; }
    }
}
