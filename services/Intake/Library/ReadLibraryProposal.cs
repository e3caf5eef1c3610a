using Intervision.Intake.AccessLog;
using Intervision.Intake.Consents;
using Intervision.Intake.Encryption;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Library;

/// <summary>
/// Reads a proposal, as it would be published; given or refused, the access log has it, under the proposal's name: who saw
/// a case also tells who read its proposal, while there is one (ListCaseAccesses).
/// </summary>
internal sealed class ReadLibraryProposal(Db db, Vault vault)
{
    private const string Action = "READ_LIBRARY_PROPOSAL";

    public async Task<ReadLibraryProposalResponse> Handle(ReadLibraryProposalRequest request, Call call)
    {
        // The refusal is committed to the log before it is answered, so it is a value in here.
        var (response, refusal) = await db.InTransaction(tx => Read(tx, request, call), call.Cancellation);
        return response ?? throw refusal!;
    }

    private async Task<(ReadLibraryProposalResponse? Response, RuleBroken? Refusal)> Read(Tx tx, ReadLibraryProposalRequest request, Call call)
    {
        if (await ProposalStore.Lock(tx, request.Name) is not var (of, proposal))
        {
            return (null, RuleBroken.Denied());
        }

        var scope = (await ConsentStore.Last(tx, of)).Scope;
        var tie = LibraryPeople.TieTo(of, await Reader.Of(tx, of, call), scope);
        try
        {
            Decide(of, proposal, tie);
        }
        catch (RuleBroken refusal)
        {
            await Trace(tx, call, proposal, refusal.Reason, tie);
            return (null, refusal);
        }

        if (await vault.Read(tx, of.Id, LibraryTexts.Field) is not { } bytes)
        {
            await Trace(tx, call, proposal, "CASE_ERASED", tie);
            return (null, RuleBroken.NotNow("CASE_ERASED", "Les textes de ce dossier ont été effacés.", "STATE", proposal.Name));
        }

        var crowd = (await Population.Crowds(tx)).GetValueOrDefault(await Population.TraitsOf(tx, of.Id));
        await Trace(tx, call, proposal, AccessTrace.Given, tie);
        var response = new ReadLibraryProposalResponse { Proposal = proposal.ToProto(tied: true), Text = LibraryText.Parser.ParseFrom(bytes), Class = crowd?.Shown.ToProto() };
        response.ExcludedTopics.Add(scope.ExcludedTopics);
        return (response, null);
    }

    /// <exception cref="RuleBroken">PERMISSION_DENIED, PROPOSAL_ENDED, CONSENT_NOT_GRANTED, SHEET_LOCKED.</exception>
    internal static void Decide(Case of, Proposal proposal, string tie)
    {
        if (tie.Length == 0)
        {
            throw RuleBroken.Denied();
        }

        proposal.MustBeLive();
        ReadableSheet.MustHaveConsent(of);
    }

    private static Task Trace(Tx tx, Call call, Proposal proposal, string outcome, string tie) =>
        AccessTrace.Append(tx, call, proposal.CaseId, Action, "LIBRARY", outcome, tie, insteadOfCase: proposal.Name);
}
