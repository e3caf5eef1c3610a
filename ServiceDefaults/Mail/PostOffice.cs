using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;

namespace Intervision.ServiceDefaults.Mail;

/// <summary>Hands one mail over: to an SMTP server, or as a file that appears whole under its name.</summary>
internal static class PostOffice
{
    public static async Task Send(Guid id, Letter letter, MailOptions options, CancellationToken cancellation)
    {
        using var message = Compose(id, letter, options.From);
        if (string.IsNullOrEmpty(options.SmtpHost))
        {
            await Write(id, message, options.Folder!, cancellation);
            return;
        }

        using var smtp = new SmtpClient(options.SmtpHost, options.SmtpPort) { EnableSsl = options.SmtpTls };
        if (!string.IsNullOrEmpty(options.SmtpUser))
        {
            smtp.Credentials = new NetworkCredential(options.SmtpUser, options.SmtpPassword);
        }

        await smtp.SendMailAsync(message, cancellation);
    }

    /// <summary>Files of mail written before; a folder that a person empties meanwhile is no failure.</summary>
    public static void ForgetBefore(DateTimeOffset time, MailOptions options)
    {
        if (string.IsNullOrEmpty(options.Folder) || !Directory.Exists(options.Folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(options.Folder, "*.eml").Where(f => File.GetLastWriteTimeUtc(f) < time.UtcDateTime))
        {
            File.Delete(file);
        }
    }

    private static MailMessage Compose(Guid id, Letter letter, string from)
    {
        var message = new MailMessage(from, letter.Recipient, letter.Subject, letter.Body)
        {
            BodyEncoding = Encoding.UTF8,
            SubjectEncoding = Encoding.UTF8,
        };
        // The same on a second sending, so that a mail program shows it once.
        message.Headers.Add("Message-ID", $"<{id:N}@intervision>");
        message.Headers.Add("Auto-Submitted", "auto-generated");
        if (letter.Calendar is not null)
        {
            Enclose(message, letter.Calendar);
        }

        return message;
    }

    /// <summary>
    /// Twice (RFC 6047 §2.4): as an alternative to the text, which is what makes mail programs offer to accept or decline, and
    /// as a file for those that do not. The file is of another type, so that no program enters the meeting twice.
    /// </summary>
    private static void Enclose(MailMessage message, string calendar)
    {
        var method = calendar.Contains("METHOD:CANCEL", StringComparison.Ordinal) ? "CANCEL" : "REQUEST";
        var alternative = AlternateView.CreateAlternateViewFromString(calendar, new ContentType($"text/calendar; charset=utf-8; method={method}"));
        // Its lines end as they are written, whatever servers on the way do to text.
        alternative.TransferEncoding = TransferEncoding.Base64;
        message.AlternateViews.Add(alternative);
        message.Attachments.Add(new Attachment(new MemoryStream(Encoding.UTF8.GetBytes(calendar)), new ContentType("application/ics; name=invitation.ics")));
    }

    /// <summary>Written aside, then renamed: whoever reads the folder never sees half a mail.</summary>
    private static async Task Write(Guid id, MailMessage message, string folder, CancellationToken cancellation)
    {
        var aside = Path.Combine(Path.GetFullPath(folder), ".writing", id.ToString("N"));
        Directory.CreateDirectory(aside);
        try
        {
            using var smtp = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = aside };
            await smtp.SendMailAsync(message, cancellation);
            File.Move(Directory.EnumerateFiles(aside, "*.eml").First(), Path.Combine(folder, $"{id:N}.eml"), overwrite: true);
        }
        finally
        {
            Directory.Delete(aside, recursive: true);
        }
    }
}
