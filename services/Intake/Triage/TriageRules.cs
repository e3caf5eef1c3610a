using Google.Protobuf;
using Intervision.Intake.Encryption;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Triage;

/// <summary>What the verbs that end a request have in common.</summary>
internal static class TriageRules
{
    public static bool May(Case found, Caller caller) => caller.Has(Roles.Coordinator) || found.IsOrganisedBy(caller);

    /// <summary>Deposited, not ended: somebody works with it.</summary>
    public static bool IsLive(Case found) => found.State is not (CaseState.Draft or CaseState.Closed) && !found.HasEnded;

    /// <exception cref="RuleBroken">CASE_NOT_IN_TRIAGE.</exception>
    public static void MustBeInTriage(Case found) =>
        found.MustBe("CASE_NOT_IN_TRIAGE", "Ce dossier n'attend plus de tri.", CaseState.Submitted, CaseState.InTriage);

    /// <exception cref="RuleBroken">CASE_ALREADY_DISCUSSED: said at a table, or ended.</exception>
    public static void MustNotBeDiscussed(Case found) => found.MustBe(
        "CASE_ALREADY_DISCUSSED", "Ce dossier a déjà été évoqué, ou il est terminé.",
        CaseState.Draft, CaseState.Submitted, CaseState.InTriage, CaseState.AwaitingConsent, CaseState.InPreparation, CaseState.Ready,
        CaseState.Scheduled, CaseState.ConsentWithdrawn);

    /// <summary>Scheduling takes it off its list and agendas.</summary>
    public static IReadOnlyList<IMessage> LeavesAgenda(Case before, string reason) =>
        before.State is CaseState.Ready or CaseState.Scheduled ? [new CaseNoLongerReady { Case = before.Name, Reason = reason }] : [];

    /// <summary>
    /// A request that ends before any table spoke of it leaves no text behind (DOMAIN §4); what an earlier session decided
    /// is kept.
    /// </summary>
    public static async Task EraseUnlessDecided(Tx tx, Case ended, Call call)
    {
        if (!await tx.Single<bool>("select exists (select from decision where case_id = @Id)", new { ended.Id }))
        {
            await Vault.Erase(tx, ended.Id, call.Now);
        }
    }

    public static Task Say(Tx tx, Case saved, Call call, IReadOnlyList<IMessage> events) => Outbox.Append(tx, saved.Id, saved.Name, call.Now, events);
}
