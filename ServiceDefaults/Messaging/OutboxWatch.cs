using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>How much waits to be said, since when, and what stands aside. Not the relay's to measure: while the broker is away there is no relay, and that is when it counts.</summary>
internal sealed class OutboxWatch(Db db, ServiceName service, IOptions<MessagingOptions> options, ILogger<OutboxWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        var outage = new Outage(options.Value, $"{service.Value} outbox watch", logger);
        await outage.Repeat(options.Value.Sweep, async stopping => Meters.Backlog(await db.Read(Outbox, stopping), await db.Read(Inbox, stopping)), stoppingToken);
    }

    /// <summary>How much waits, the age of the oldest, and how much was set aside.</summary>
    private static Task<(long Rows, double? OldestSeconds, long Parked)> Outbox(Tx tx) =>
        tx.Single<(long, double?, long)>(
            """
            select (select count(*) from outbox),
                   (select extract(epoch from clock_timestamp() - min(append_time))::float8 from outbox),
                   (select count(*) from outbox_parked)
            """);

    /// <summary>What waits behind poison is not waiting for anybody else's event.</summary>
    private static Task<IReadOnlyList<Meters.ParkedRows>> Inbox(Tx tx) =>
        tx.Query<Meters.ParkedRows>(
            """
            select queue, kind, sum(events)::bigint as events from (
              select consumer as queue, case when bool_or(poison) then 'poison' else 'gap' end as kind, count(*) as events
              from inbox_parked group by consumer, aggregate_id) aggregate
            group by queue, kind
            """);
}
