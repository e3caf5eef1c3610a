using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Lines;

/// <summary>A sheet as it was heard of.</summary>
public sealed record CertifiedSheet(AttendanceCertified Sheet, DateTimeOffset Time, string? Traceparent)
{
    public DateOnly Date { get; } = Sheet.Date.ToDate()!.Value;
}
