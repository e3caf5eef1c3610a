using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>How much waits to be said, and since when. Not the relay's to measure: while the broker is away there is no relay, and that is when it counts.</summary>
internal sealed class OutboxWatch(Db db, ServiceName service, IOptions<MessagingOptions> options, ILogger<OutboxWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        var outage = new Outage(options.Value, $"{service.Value} outbox watch", logger);
        using var timer = new PeriodicTimer(options.Value.Sweep);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Meters.Backlog(await db.Read(Look, stoppingToken));
                outage.Over();
                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                await outage.Wait(failure, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>How much waits, the age of the oldest, and how much was set aside.</summary>
    private static Task<(long Rows, double? OldestSeconds, long Parked)> Look(Tx tx) =>
        tx.Single<(long, double?, long)>(
            """
            select (select count(*) from outbox),
                   (select extract(epoch from clock_timestamp() - min(append_time))::float8 from outbox),
                   (select count(*) from outbox_parked)
            """);
}
