using Intervision.Intake.ReferenceLists;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Alerts;

/// <summary>Another content: whoever validated it validated something else.</summary>
internal sealed class UpdateAlert(Db db, AlertVault vault)
{
    public Task<UpdateAlertResponse> Handle(UpdateAlertRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await AlertStore.LockFor(tx, request.Name, request.Etag, call, (a, caller) => a.IsWrittenBy(caller));
            var poles = request.Criteria is null ? before.Poles : await CriteriaRules.PolesOf(tx, request.Criteria);
            DraftAlert.MustBeOwn(poles, call);
            var warnings = await Check(tx, request, poles, call);
            var saved = await AlertStore.Save(tx, before, Decide(before, request.Criteria, poles), "UpdateAlert", call);
            if (request.Texts is not null)
            {
                await vault.Write(tx, saved.Id, request.Texts);
            }

            return new UpdateAlertResponse { Alert = saved.View(), Warnings = { warnings } };
        });

    /// <exception cref="RuleBroken">ALERT_ENDED, ALERT_TRANSMITTED, COUNT_ALREADY_TOLD.</exception>
    internal static Alert Decide(Alert before, AlertCriteria? criteria, IReadOnlyList<string> poles)
    {
        before.MustNotHaveLeft();
        if (criteria is not null && before.ToldCount is not null)
        {
            throw RuleBroken.NotNow(
                "COUNT_ALREADY_TOLD", "L'effectif de cette alerte est communiqué : abandonnez-la pour en écrire une autre.", "STATE", before.Name);
        }

        return (criteria is null ? before : before.About(criteria, poles)) with
        {
            State = AlertState.Draft,
            Referent = null,
            ReferentRpps = null,
            Association = null,
            AssociationRpps = null,
            ValidateTime = null,
        };
    }

    private static async Task<IReadOnlyList<TextWarning>> Check(Tx tx, UpdateAlertRequest request, IReadOnlyList<string> poles, Call call)
    {
        var v = new Violations();
        v.Check(request.Criteria is not null || request.Texts is not null, "texts", "NOTHING_TO_UPDATE", "Rien n'est à changer.");
        if (request.Criteria is not null)
        {
            CriteriaRules.Check(v, request.Criteria, poles, await ReferenceCodes.Load(tx), Paris.DateOf(call.Now));
        }

        var warnings = request.Texts is null ? [] : TextRules.Check(v, request.Texts);
        v.ThrowIfAny();
        return warnings;
    }
}
