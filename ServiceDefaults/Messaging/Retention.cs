using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Forgets what nobody needs any more: stored answers of requests, and months of published events; makes the months to
/// come.
/// </summary>
internal sealed class Retention(Db db, ServiceName service, IOptions<MessagingOptions> options, ILogger<Retention> logger) : BackgroundService
{
    /// <summary>API §8: 30 days at least where money is concerned, 24 h elsewhere.</summary>
    private readonly TimeSpan requests = options.Value.RequestLogRetention
        ?? (service.Value == "indemnisation" ? TimeSpan.FromDays(31) : TimeSpan.FromDays(7));

    /// <summary>They hold codes of cases and people's ids: a year, and the month that is running. Evidence of payment: ten.</summary>
    private readonly int months = options.Value.PublishedEventMonths ?? (service.Value == "indemnisation" ? 121 : 13);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        var outage = new Outage(options.Value, $"{service.Value} retention", logger);
        await outage.Repeat(options.Value.Retention, RunOnce, stoppingToken);
    }

    internal async Task RunOnce(CancellationToken cancellation)
    {
        await db.InTransaction(tx => tx.Execute("select published_event_prepare(3)"), cancellation);
        if (months > 0)
        {
            await db.InTransaction(tx => tx.Execute("select published_event_drop(@months)", new { months }), cancellation);
        }

        // In small bites: a long delete would hold back vacuum.
        while (await db.InTransaction(Forget, cancellation) == 5000)
        {
        }
    }

    private Task<int> Forget(Tx tx) =>
        tx.Execute(
            """
            delete from request_log where ctid = any (array(
              select ctid from request_log where create_time < clock_timestamp() - @requests order by create_time limit 5000))
            """,
            new { requests });
}
