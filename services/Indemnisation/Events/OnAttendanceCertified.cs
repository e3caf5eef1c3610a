using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Lines;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Events;

/// <summary>The signed sheet: lines are recorded and calculated, and the session is settled.</summary>
public sealed class OnAttendanceCertified(RecordAttendance record)
{
    public async Task Handle(Tx tx, Received<AttendanceCertified> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        await record.Handle(tx, received.Event, received.Time);
        await SessionFacts.Certified(tx, [received.Event], received.Time);
    }
}
