using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Lines;
using Intervision.Membership.Events.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Events;

/// <summary>Whether a programme indemnifies; sessions that waited to know are taken up.</summary>
public sealed class OnProgrammeChanged(RecordAttendance record)
{
    public async Task Handle(Tx tx, Received<ProgrammeChanged> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        var programme = received.Event.Programme;
        await References.Change(tx);
        await DirectoryStore.PutProgramme(tx, programme.Name, programme.Indemnified, received.Time);
        foreach (var session in await SessionStore.Waiting(tx, programme.Name))
        {
            await (session.State == SessionState.Certified
                ? record.Apply(tx, AttendanceCertified.Parser.ParseFrom(session.Event), received.Time)
                : CommitSession.Apply(tx, SessionConvened.Parser.ParseFrom(session.Event), received.Time));
        }
    }
}
