using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>A session that will not be held frees what was committed for it.</summary>
public static class CancelSession
{
    public static async Task Handle(Tx tx, string name, DateTimeOffset now)
    {
        await References.Read(tx);
        var session = await SessionStore.Lock(tx, name, now);
        if (session.State == SessionState.Certified)
        {
            return;
        }

        await SessionStore.Cancel(tx, name, now);
        await LineStore.Save(tx, Decide(await LineStore.LockLiveOf(tx, [name]), now), now);
    }

    internal static IReadOnlyList<Change> Decide(IReadOnlyList<Line> live, DateTimeOffset now) =>
        [.. live.Where(l => l.State == LineState.Committed).Select(l => Change.Cancel(l, Reasons.SessionCancelled, now))];
}
