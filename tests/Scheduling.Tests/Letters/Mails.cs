using System.Text;
using Intervision.Scheduling.Ics;

namespace Intervision.Scheduling.Tests.Letters;

/// <summary>A mail that waits to be sent.</summary>
internal sealed class QueuedMail
{
    public string Recipient { get; init; } = "";

    public string Subject { get; init; } = "";

    public string Body { get; init; } = "";

    public string? Calendar { get; init; }

    /// <summary>REQUEST or CANCEL; empty without a calendar.</summary>
    public string Method => Calendar is null ? "" : Root.First("METHOD")!.Value;

    public IcsComponent Root => IcsReader.Read(Encoding.UTF8.GetBytes(Calendar!)).Calendar!;

    public IcsComponent Event => Root.PartsNamed("VEVENT").Single();
}

internal static class Mails
{
    /// <summary>In the order they were queued.</summary>
    public static Task<IReadOnlyList<QueuedMail>> To(SchedulingFixture fixture, params string[] mailboxes) =>
        fixture.Db.Read(
            tx => tx.Query<QueuedMail>("select recipient, subject, body, calendar from mail_queue where recipient = any(@mailboxes) order by id", new { mailboxes }),
            CancellationToken.None);

    /// <summary>To everybody of a pôle.</summary>
    public static Task<IReadOnlyList<QueuedMail>> Of(Stage stage) => To(
        stage.Fixture, [.. new[] { stage.Referent, stage.Expert, stage.Requester, stage.Physician, stage.Pharmacist }.Select(stage.MailboxOf)]);
}
