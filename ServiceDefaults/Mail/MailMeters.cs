using System.Diagnostics.Metrics;

namespace Intervision.ServiceDefaults.Mail;

/// <summary>What the platform team watches of mail. Times in seconds.</summary>
internal static class MailMeters
{
    public const string MeterName = "Intervision.Mail";
    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Handovers = Meter.CreateCounter<long>("intervision.mail.sent", "{mail}", "Mails handed over");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("intervision.mail.failed", "{attempt}", "Attempts that failed: tried again");
    private static readonly Counter<long> GivenUp = Meter.CreateCounter<long>("intervision.mail.given_up", "{mail}", "Mails that could not be handed over in time; alert above 0");
    private static long rows;
    private static double age;

    static MailMeters()
    {
        Meter.CreateObservableGauge("intervision.mail.rows", () => Volatile.Read(ref rows), "{mail}", "Mails waiting");
        Meter.CreateObservableGauge("intervision.mail.age", () => Volatile.Read(ref age), "s", "Age of the oldest mail; alert above 300 s");
    }

    public static void Backlog(long waiting, double oldestSeconds)
    {
        Volatile.Write(ref rows, waiting);
        Volatile.Write(ref age, oldestSeconds);
        // Said from the beginning: a counter that is first seen at one has not increased, and nobody is called.
        GivenUp.Add(0);
    }

    public static void Sent() => Handovers.Add(1);

    public static void Failed() => Failures.Add(1);

    public static void Expired(int mails) => GivenUp.Add(mails);
}
