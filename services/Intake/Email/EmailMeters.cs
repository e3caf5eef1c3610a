using System.Diagnostics.Metrics;

namespace Intervision.Intake.Email;

/// <summary>What is refused leaves no row behind, so it is counted here.</summary>
internal static class EmailMeters
{
    private static readonly Meter Meter = new("Intervision.Intake");
    private static readonly Counter<long> Unknown = Meter.CreateCounter<long>("intervision.intake.email.sender_unknown", "{mail}", "Mails from mailboxes that are not in the directory");
    private static readonly Counter<long> Files = Meter.CreateCounter<long>("intervision.intake.email.attachments", "{file}", "Attachments refused");

    public static void SenderUnknown() => Unknown.Add(1);

    public static void Attachments(int refused) => Files.Add(refused);
}
