using Intervision.Indemnisation.Lines;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Events;

/// <summary>One person's presence was corrected after the sheet was certified: that person's lines follow.</summary>
public sealed class OnAttendanceCorrected(CorrectLines correct)
{
    public Task Handle(Tx tx, Received<AttendanceCorrected> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        return correct.Handle(tx, received.Event, received.Time);
    }
}
