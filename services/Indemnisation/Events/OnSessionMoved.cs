using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Lines;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Events;

/// <summary>Another date: what was committed is priced for it. A session not convened yet has nothing to move.</summary>
public static class OnSessionMoved
{
    public static async Task Handle(Tx tx, Received<SessionMoved> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        var moved = received.Event;
        await References.Read(tx);
        if (await SessionStore.Find(tx, moved.Session) is { State: SessionState.Convened, Event: { } said })
        {
            var convened = SessionConvened.Parser.ParseFrom(said);
            (convened.Date, convened.StartInstant, convened.EndInstant) = (moved.Date, moved.StartInstant, moved.EndInstant);
            await CommitSession.Apply(tx, convened, received.Time);
        }

        await SessionFacts.Moved(tx, moved, received.Time);
    }
}
