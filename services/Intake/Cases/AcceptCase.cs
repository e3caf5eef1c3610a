using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Cases;

/// <summary>Accepts a request into the work of a pôle, and goes where the consent already leads.</summary>
internal sealed class AcceptCase(Db db)
{
    public Task<AcceptCaseResponse> Handle(AcceptCaseRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(
                tx, request.Name, request.Etag, call, (c, caller) => May(c, request.Pole, caller));
            var after = Decide(before, request.Pole, await FindPole(tx, request.Pole), call.Now);
            var saved = await CaseStore.Save(tx, before, after, "AcceptCase", call);
            if (saved.State == CaseState.ConsentRefused)
            {
                await Vault.Erase(tx, saved.Id, call.Now);
            }

            return new AcceptCaseResponse { Case = saved.View(call.Caller) };
        });
    }

    /// <summary>The region's coordinator; for a pôle's own people, their own pôle only.</summary>
    private static bool May(Case found, string pole, Caller caller) =>
        caller.Has(Roles.Coordinator)
        || (found.IsOrganisedBy(caller) && (pole.Length == 0 || caller.Poles.Contains(pole)));

    internal static Case Decide(Case before, string said, PoleRow? pole, DateTimeOffset now)
    {
        before.MustBe("CASE_NOT_IN_TRIAGE", "Ce dossier n'attend plus de tri.", CaseState.Submitted, CaseState.InTriage);
        var violations = new Violations();
        if (said.Length == 0)
        {
            violations.Check(before.Pole is not null, "pole", "POLE_REQUIRED", "La commune ne désigne pas un seul pôle : dites lequel.");
        }
        else if (violations.Check(pole is not null, "pole", "UNKNOWN_POLE", "Ce pôle n'existe pas."))
        {
            violations.Check(pole!.Programme == before.Programme, "pole", "POLE_OF_OTHER_PROGRAMME", "Ce pôle relève d'un autre programme.");
            violations.Check(pole.Active, "pole", "POLE_NOT_ACTIVE", "Ce pôle n'est pas en activité.");
        }

        violations.ThrowIfAny();
        return before with
        {
            Pole = said.Length > 0 ? said : before.Pole,
            AcceptTime = now,
            State = before.Consent switch
            {
                ConsentStatus.Granted => CaseState.InPreparation,
                ConsentStatus.Refused => CaseState.ConsentRefused,
                _ => CaseState.AwaitingConsent,
            },
        };
    }

    private static Task<PoleRow?> FindPole(Tx tx, string name) =>
        tx.SingleOrDefault<PoleRow>("select programme, active from pole where name = @name", new { name });
}

/// <summary>A pôle as the directory projection knows it.</summary>
internal sealed class PoleRow
{
    public string Programme { get; init; } = "";

    public bool Active { get; init; }
}
