using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Alerts;

/// <summary>A référent of the territory and the association, two people; the second of them freezes the count.</summary>
internal sealed class ValidateAlert(Db db)
{
    public Task<ValidateAlertResponse> Handle(ValidateAlertRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await AlertStore.LockFor(tx, request.Name, request.Etag, call, (a, caller) => May(a, request.Capacity, caller));
            var after = Decide(before, request.Capacity, call);
            if (after.State == AlertState.Validated)
            {
                after = after with { ToldCount = await ToldCounts.Tell(tx, after.Query, after.Name) };
            }

            var saved = await AlertStore.Save(tx, before, after, "ValidateAlert", call);
            return new ValidateAlertResponse { Alert = saved.View() };
        });

    /// <summary>In a capacity one has; without one, whoever may read it is told so by validation.</summary>
    internal static bool May(Alert alert, AlertCapacity capacity, Caller caller) => capacity switch
    {
        AlertCapacity.Referent => caller.Has(Roles.Referent) && alert.Poles.Any(caller.Poles.Contains),
        AlertCapacity.Association => caller.Has(Roles.Coordinator),
        _ => alert.IsWrittenBy(caller),
    };

    /// <exception cref="RuleBroken">CAPACITY_INVALID, ALERT_NOT_DRAFT, ALREADY_VALIDATED, SAME_PERSON.</exception>
    internal static Alert Decide(Alert before, AlertCapacity capacity, Call call)
    {
        var caller = call.Caller;
        before.MustBe("ALERT_NOT_DRAFT", "Cette alerte n'attend pas de validation.", AlertState.Draft);
        var (mine, other, otherRpps) = capacity switch
        {
            AlertCapacity.Referent => (before.Referent, before.Association, before.AssociationRpps),
            AlertCapacity.Association => (before.Association, before.Referent, before.ReferentRpps),
            _ => throw RuleBroken.Invalid("capacity", "CAPACITY_INVALID", "Dites en quelle qualité : référent ou association."),
        };
        if (mine is not null)
        {
            throw RuleBroken.NotNow("ALREADY_VALIDATED", "Cette validation est déjà donnée.", "STATE", before.Name);
        }

        if (other is not null && caller.Is(other, otherRpps))
        {
            throw RuleBroken.NotNow("SAME_PERSON", "Le référent et l'association sont deux personnes.", "STATE", before.Name);
        }

        var after = capacity == AlertCapacity.Referent
            ? before with { Referent = caller.Subject, ReferentRpps = caller.Rpps }
            : before with { Association = caller.Subject, AssociationRpps = caller.Rpps };
        return other is null ? after : after with { State = AlertState.Validated, ValidateTime = call.Now };
    }
}
