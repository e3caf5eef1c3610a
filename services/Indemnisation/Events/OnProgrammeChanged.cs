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
    private const int SessionsAtOnce = 100;

    public async Task Handle(Tx tx, Received<ProgrammeChanged> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        var programme = received.Event.Programme;
        await References.Change(tx);
        await DirectoryStore.PutProgramme(tx, programme.Name, programme.Indemnified, received.Time);
        var waiting = await SessionStore.Waiting(tx, programme.Name);
        foreach (var session in waiting.Where(s => s.State != SessionState.Certified))
        {
            await CommitSession.Apply(tx, SessionConvened.Parser.ParseFrom(session.Event), received.Time);
        }

        foreach (var sessions in waiting.Where(s => s.State == SessionState.Certified).Chunk(SessionsAtOnce))
        {
            await record.TakeUp(tx, [.. sessions.Select(s => new CertifiedSheet(AttendanceCertified.Parser.ParseFrom(s.Event), received.Time, received.Traceparent))]);
        }
    }
}
