using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Alerts;

/// <summary>Not sent after all: its texts are destroyed; a count that was told stays told.</summary>
internal sealed class AbandonAlert(Db db)
{
    public Task<AbandonAlertResponse> Handle(AbandonAlertRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await AlertStore.LockFor(tx, request.Name, request.Etag, call, (a, caller) => a.IsWrittenBy(caller));
            var saved = await AlertStore.Save(tx, before, Decide(before), "AbandonAlert", call);
            await AlertVault.Destroy(tx, saved.Id);
            return new AbandonAlertResponse { Alert = saved.View() };
        });

    /// <exception cref="RuleBroken">ALERT_ENDED, ALERT_TRANSMITTED.</exception>
    internal static Alert Decide(Alert before)
    {
        before.MustNotHaveLeft();
        return before with { State = AlertState.Abandoned };
    }
}
