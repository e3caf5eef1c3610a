using System.Net.Mail;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intervision.ServiceDefaults.Mail;

/// <summary>
/// Sends what waits in the queue, at least once: the row goes in the transaction that handed its mail over. Instances
/// share the queue by skipping what another one holds.
/// </summary>
public sealed class MailSender(
    Db db, IOptions<MailOptions> options, IOptions<MessagingOptions> messaging, TimeProvider time, ILogger<MailSender> logger) : BackgroundService
{
    private const double Doubling = 2;
    private long forgot = time.GetTimestamp() - (2 * 3600 * time.TimestampFrequency);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!messaging.Value.Enabled)
        {
            return;
        }

        if (!options.Value.CanSend)
        {
            logger.LogWarning("Neither Mail:SmtpHost nor Mail:Folder is set: mail waits in the queue");
        }

        var outage = new Outage(messaging.Value, "mail", logger);
        await outage.Repeat(
            options.Value.Poll,
            async stopping =>
            {
                await SendDue(stopping);
                await Measure(stopping);
                await ForgetNowAndThen(stopping);
            },
            stoppingToken);
    }

    /// <summary>Tries everything that is due now.</summary>
    /// <returns>How many mails were handed over.</returns>
    public async Task<int> SendDue(CancellationToken cancellation)
    {
        var sent = 0;
        while (options.Value.CanSend && await db.InTransaction(TryNext, cancellation) is { } handedOver)
        {
            sent += handedOver ? 1 : 0;
        }

        return sent;
    }

    /// <summary>Gives up what waits longer than mail is kept, and deletes the files of mail that was written that long ago.</summary>
    /// <returns>How many mails were given up.</returns>
    public async Task<int> Forget(CancellationToken cancellation)
    {
        var givenUp = await db.InTransaction(
            tx => tx.Execute("delete from mail_queue where append_time < clock_timestamp() - @Keep", new { options.Value.Keep }), cancellation);
        if (givenUp > 0)
        {
            MailMeters.Expired(givenUp);
            logger.LogWarning("{Mails} mails could not be handed over in time and are given up", givenUp);
        }

        PostOffice.ForgetBefore(time.GetUtcNow() - options.Value.Keep, options.Value);
        return givenUp;
    }

    private async Task ForgetNowAndThen(CancellationToken cancellation)
    {
        if (time.GetElapsedTime(forgot) >= TimeSpan.FromHours(1))
        {
            await Forget(cancellation);
            forgot = time.GetTimestamp();
        }
    }

    /// <returns>Null when nothing is due; whether it was handed over.</returns>
    private async Task<bool?> TryNext(Tx tx)
    {
        var next = await tx.SingleOrDefault<Row>(
            """
            select id, recipient, subject, body, calendar, attempts from mail_queue
            where not_before <= clock_timestamp() order by not_before limit 1 for update skip locked
            """);
        if (next is null)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(tx.Cancellation);
        limit.CancelAfter(options.Value.Timeout);
        try
        {
            await PostOffice.Send(next.Id, new Letter(next.Recipient, next.Subject, next.Body, next.Calendar), options.Value, limit.Token);
        }
        catch (Exception failure) when (
            failure is SmtpException or IOException or UnauthorizedAccessException or InvalidOperationException or FormatException or OperationCanceledException
            && !tx.Cancellation.IsCancellationRequested)
        {
            await Postpone(tx, next, failure);
            return false;
        }

        await tx.Execute("delete from mail_queue where id = @Id", new { next.Id });
        MailMeters.Sent();
        return true;
    }

    private Task Postpone(Tx tx, Row next, Exception failure)
    {
        var wait = Math.Min(options.Value.Backoff.TotalSeconds * Math.Pow(Doubling, Math.Min(next.Attempts, 20)), options.Value.BackoffMax.TotalSeconds);
        MailMeters.Failed();
        logger.LogWarning("A mail could not be handed over ({Kind}); again in {Seconds} s", failure.GetType().Name, wait);
        return tx.Execute(
            """
            update mail_queue set attempts = attempts + 1, last_error = @error, not_before = clock_timestamp() + make_interval(secs => @wait)
            where id = @Id
            """,
            new { next.Id, error = failure.GetType().Name, wait });
    }

    private async Task Measure(CancellationToken cancellation)
    {
        var seen = await db.Read(
            tx => tx.Single<Backlog>(
                "select count(*) as rows, coalesce(extract(epoch from clock_timestamp() - min(append_time)), 0)::float8 as age from mail_queue"),
            cancellation);
        MailMeters.Backlog(seen.Rows, seen.Age);
    }

    private sealed class Backlog
    {
        public long Rows { get; init; }

        public double Age { get; init; }
    }

    private sealed class Row
    {
        public Guid Id { get; init; }

        public string Recipient { get; init; } = "";

        public string Subject { get; init; } = "";

        public string Body { get; init; } = "";

        public string? Calendar { get; init; }

        public int Attempts { get; init; }
    }
}
