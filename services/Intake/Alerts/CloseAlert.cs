using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Alerts;

/// <summary>Nothing more is expected of the authorities.</summary>
internal sealed class CloseAlert(Db db)
{
    private const string Unanswered = "SANS_REPONSE";

    public Task<CloseAlertResponse> Handle(CloseAlertRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await AlertStore.LockFor(tx, request.Name, request.Etag, call, (_, _) => true);
            var saved = await AlertStore.Save(tx, before, Decide(before, request.CloseCode), "CloseAlert", call);
            return new CloseAlertResponse { Alert = saved.View() };
        });

    /// <exception cref="RuleBroken">ALERT_NOT_TRANSMITTED, CLOSE_CODE_INVALID, NOBODY_ANSWERED, SOMEBODY_ANSWERED.</exception>
    internal static Alert Decide(Alert before, string code)
    {
        before.MustBe("ALERT_NOT_TRANSMITTED", "Cette alerte n'est pas transmise, ou elle est terminée.", AlertState.Transmitted, AlertState.Answered);
        if (code is not ("SATISFAITE" or "PARTIELLE" or "REFUSEE" or Unanswered))
        {
            throw RuleBroken.Invalid("close_code", "CLOSE_CODE_INVALID", "Une alerte se clôt SATISFAITE, PARTIELLE, REFUSEE ou SANS_REPONSE.");
        }

        var answered = before.State == AlertState.Answered;
        if (answered != (code != Unanswered))
        {
            throw answered
                ? RuleBroken.NotNow("SOMEBODY_ANSWERED", "Une réponse est enregistrée.", "STATE", before.Name)
                : RuleBroken.NotNow("NOBODY_ANSWERED", "Aucune réponse n'est enregistrée.", "STATE", before.Name);
        }

        return before with { State = AlertState.Closed, CloseCode = code };
    }
}
