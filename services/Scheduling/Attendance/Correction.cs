using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Attendance;

/// <summary>Who signed a correction, or refused it.</summary>
internal sealed record CorrectionSignature(string Certifier, bool Refused);

/// <summary>One correction of one person's presence: the counter-entry, the new entry, and who answers for it.</summary>
/// <param name="Revision">From 2, per person: 1 is the certified sheet.</param>
/// <param name="Before">What is cancelled; null when the person was not on the sheet.</param>
/// <param name="After">What is there from now on; null when the person was not there.</param>
/// <param name="NeedsSecond">It touches the author's own indemnity: somebody else signs too (S8).</param>
internal sealed record Correction(
    string Professional, int Revision, string Reason, string Author, bool NeedsSecond, DateTimeOffset CorrectTime, AttendanceLine? Before, AttendanceLine? After)
{
    public IReadOnlyList<CorrectionSignature> Signatures { get; init; } = [];

    public bool IsRefused => Signatures.Any(s => s.Refused);

    public bool IsInForce => !IsRefused && Signatures.Count >= (NeedsSecond ? 2 : 1);

    public bool IsPending => !IsRefused && !IsInForce;

    public IEnumerable<string> Certifiers => Signatures.Where(s => !s.Refused).Select(s => s.Certifier);

    public AttendanceCorrection ToProto() => new()
    {
        Professional = Professional,
        Revision = Revision,
        Reason = Reason,
        Author = Author,
        CorrectTime = ServiceDefaults.Time.CivilTypes.ToProto(CorrectTime),
        Certifiers = { Certifiers },
        State = IsRefused ? AttendanceCorrection.Types.State.Refused : IsInForce ? AttendanceCorrection.Types.State.InForce : AttendanceCorrection.Types.State.Pending,
        Before = Before,
        After = After,
    };
}

/// <summary>The sheet as it stands: the certified lines, and over them the corrections in force.</summary>
internal static class CorrectedSheet
{
    public static IReadOnlyList<AttendanceLine> Of(IReadOnlyList<AttendanceLine> certified, IReadOnlyList<Correction> corrections)
    {
        var last = corrections.Where(c => c.IsInForce).GroupBy(c => c.Professional, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.MaxBy(c => c.Revision)!.After, StringComparer.Ordinal);
        return last.Count == 0
            ? certified
            : [.. certified.Where(l => !last.ContainsKey(l.Professional)).Concat(last.Values.OfType<AttendanceLine>()).OrderBy(l => l.Professional, StringComparer.Ordinal)];
    }
}
