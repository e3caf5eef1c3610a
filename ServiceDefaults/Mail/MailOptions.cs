namespace Intervision.ServiceDefaults.Mail;

/// <summary>
/// Configuration section <c>Mail</c>. With <see cref="SmtpHost"/> mail goes out by SMTP, otherwise with
/// <see cref="Folder"/> each becomes an <c>.eml</c> file there; with neither it waits in the queue.
/// </summary>
public sealed class MailOptions
{
    public const string Section = "Mail";

    public string? SmtpHost { get; set; }

    public int SmtpPort { get; set; } = 587;

    /// <summary>STARTTLS; false only for a relay on the same machine.</summary>
    public bool SmtpTls { get; set; } = true;

    public string? SmtpUser { get; set; }

    public string? SmtpPassword { get; set; }

    public string? Folder { get; set; }

    public string From { get; set; } = "ne-pas-repondre@intervision.invalid";

    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one mail may take to be handed over.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a mail is kept, sent or not: one that could not be handed over by then is given up (DOMAIN §4).</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(30);

    /// <summary>First wait after a failure; doubles up to <see cref="BackoffMax"/>.</summary>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromMinutes(30);

    public bool CanSend => !string.IsNullOrEmpty(SmtpHost) || !string.IsNullOrEmpty(Folder);
}
