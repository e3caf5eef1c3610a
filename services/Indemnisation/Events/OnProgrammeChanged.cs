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
        IReadOnlyList<SessionRow> waiting = [];
        do
        {
            waiting = await SessionStore.Waiting(tx, programme.Name, waiting.Count == 0 ? null : waiting[^1].Name, SessionsAtOnce);
            await TakeUp(tx, waiting, received);
        }
        while (waiting.Count == SessionsAtOnce);
    }

    private async Task TakeUp(Tx tx, IReadOnlyList<SessionRow> waiting, Received<ProgrammeChanged> received)
    {
        foreach (var session in waiting.Where(s => s.State != SessionState.Certified))
        {
            await CommitSession.Apply(tx, SessionConvened.Parser.ParseFrom(session.Event), received.Time);
        }

        var certified = waiting.Where(s => s.State == SessionState.Certified)
            .Select(s => new CertifiedSheet(AttendanceCertified.Parser.ParseFrom(s.Event), received.Time, received.Traceparent)).ToList();
        if (certified.Count > 0)
        {
            await record.TakeUp(tx, certified);
        }
    }
}
