using System.Net.Mail;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.ServiceDefaults.Mail;

/// <summary>A mail to one mailbox: never a text from people, and no case code in the subject (DOMAIN §4, C6).</summary>
/// <param name="Calendar">An iCalendar object that goes with it; its METHOD is told to the mail program.</param>
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
        ArgumentNullException.ThrowIfNull(letter);
        return Append(tx, [letter]);
    }

    /// <summary>Any number of letters, in one statement.</summary>
    /// <inheritdoc cref="Append(Tx, Letter)"/>
    public static async Task Append(Tx tx, IReadOnlyCollection<Letter> letters)
    {
        ArgumentNullException.ThrowIfNull(tx);
        ArgumentNullException.ThrowIfNull(letters);
        if (letters.Any(l => !IsMailbox(l.Recipient)))
        {
            throw new ArgumentException("The recipient is not a mailbox.", nameof(letters));
        }

        if (letters.Count > 0)
        {
            await tx.Execute(
                """
                insert into mail_queue (id, recipient, subject, body, calendar)
                select id, recipient, subject, body, calendar
                from jsonb_to_recordset(@letters::jsonb) as l(id uuid, recipient text, subject text, body text, calendar text)
                """,
                new { letters = JsonRows.Of(letters.Select(l => new { Id = Guid.CreateVersion7(), l.Recipient, l.Subject, l.Body, l.Calendar })) });
        }
    }
}
