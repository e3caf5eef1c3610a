using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Lines;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Events;

/// <summary>Signed sheets: lines are recorded and calculated, and the sessions are settled.</summary>
public sealed class OnAttendanceCertified(RecordAttendance record)
{
    public async Task Handle(Tx tx, IReadOnlyList<Received<AttendanceCertified>> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        await SessionFacts.Certified(tx, received.Select(r => r.Event), received[^1].Time);
        await record.Handle(tx, [.. received.Select(r => new CertifiedSheet(r.Event, r.Time, r.Traceparent))]);
    }
}
