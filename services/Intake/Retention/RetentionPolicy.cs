using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Intervision.Intake.Retention;

/// <summary>
/// How long things are kept, in months (DOMAIN §4): configuration <c>Intake:Retention:*</c>, read at start. What is outside
/// the limits stops the start; the database has the same least values (<c>case_is_due</c>).
/// </summary>
internal sealed class RetentionPolicy
{
    private const string Section = "Intake:Retention";

    public RetentionPolicy(IConfiguration configuration)
    {
        var said = configuration.GetSection(Section);
        CaseMonths = Months(said, nameof(CaseMonths), 24, 12, 120);
        EndedMonths = Months(said, nameof(EndedMonths), 3, 1, 24);
        AttestationMonths = Months(said, nameof(AttestationMonths), 60, 12, 240);
        AccessLogMonths = Months(said, nameof(AccessLogMonths), 12, 6, 36);
        NoticeDays = Months(said, nameof(NoticeDays), 30, 1, 90);
        if (AccessLogMonths > 12 && string.IsNullOrWhiteSpace(said["AccessLogReason"]))
        {
            throw new InvalidOperationException(
                $"{Section}:AccessLogMonths : au-delà de 12 mois, {Section}:AccessLogReason dit pourquoi (above 12 months the reason must be documented).");
        }
    }

    /// <summary>After the last contact.</summary>
    public int CaseMonths { get; }

    /// <summary>After the end of a request that no table spoke of.</summary>
    public int EndedMonths { get; }

    /// <summary>After the last contact: the attestation of the patient's answers.</summary>
    public int AttestationMonths { get; }

    /// <summary>Whole months of the access log.</summary>
    public int AccessLogMonths { get; }

    /// <summary>Days during which those who follow a case can hear that it was erased.</summary>
    public int NoticeDays { get; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"case={CaseMonths}mo ended={EndedMonths}mo attestation={AttestationMonths}mo");

    private static int Months(IConfigurationSection said, string key, int usual, int least, int most)
    {
        if (said[key] is not { Length: > 0 } text)
        {
            return usual;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new InvalidOperationException(
                $"{Section}:{key} : un nombre entier de {least} à {most} est attendu (a whole number from {least} to {most} is expected).");
    }
}
