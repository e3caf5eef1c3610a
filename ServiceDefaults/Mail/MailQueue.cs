using System.Net.Mail;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.ServiceDefaults.Mail;

/// <summary>A mail to one mailbox: never a text from people, and no case code in the subject (DOMAIN §4, C6).</summary>
/// <param name="Calendar">An iCalendar object to attach; its METHOD is told to the mail program.</param>
public sealed record Letter(string Recipient, string Subject, string Body, string? Calendar = null);

/// <summary>Mail is appended in the transaction of what happened, and sent afterwards at least once by <see cref="MailSender"/>.</summary>
public static class MailQueue
{
    /// <summary>A mailbox that mail can be addressed to: one address, without a display name.</summary>
    public static bool IsMailbox(string? address) =>
        address is { Length: >= 3 and <= 254 } && MailAddress.TryCreate(address, out var parsed) && parsed.Address == address && !address.Any(char.IsControl);

    /// <exception cref="ArgumentException">A recipient that is no mailbox: check with <see cref="IsMailbox"/>.</exception>
    public static Task Append(Tx tx, Letter letter)
    {
        ArgumentNullException.ThrowIfNull(tx);
        ArgumentNullException.ThrowIfNull(letter);
        if (!IsMailbox(letter.Recipient))
        {
            throw new ArgumentException("The recipient is not a mailbox.", nameof(letter));
        }

        return tx.Execute(
            "insert into mail_queue (id, recipient, subject, body, calendar) values (@id, @Recipient, @Subject, @Body, @Calendar)",
            new { id = Guid.CreateVersion7(), letter.Recipient, letter.Subject, letter.Body, letter.Calendar });
    }
}
