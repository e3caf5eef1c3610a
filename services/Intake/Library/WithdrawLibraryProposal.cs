using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Library;

/// <summary>Takes a proposal back before it is published; its text is destroyed. Whoever has a doubt may.</summary>
internal sealed class WithdrawLibraryProposal(Db db)
{
    public Task<WithdrawLibraryProposalResponse> Handle(WithdrawLibraryProposalRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            // The coordinator is not, unless requester or référent as well.
            var tied = false;
            var (of, before) = await LibraryPeople.LockFor(tx, request.Name, request.Etag, call, (c, proposal, _, _) =>
            {
                tied = IsTied(c, proposal, call.Caller);
                return tied || call.Caller.Has(Roles.Coordinator);
            });
            var after = Decide(before);
            await Vault.Forget(tx, of.Id, LibraryTexts.Field);
            return new WithdrawLibraryProposalResponse { Proposal = (await ProposalStore.Save(tx, before, after, call.Now)).ToProto(tied) };
        });

    private static bool IsTied(Case of, Proposal proposal, Caller caller) =>
        of.IsRequestedBy(caller) || of.IsReferredBy(caller)
        || (caller.HasAny(Roles.Professional, Roles.Referent) && caller.Is(proposal.Proposer, proposal.ProposerRpps));

    internal static Proposal Decide(Proposal before)
    {
        before.MustBeLive();
        return before with { State = LibraryProposal.Types.State.Withdrawn, Reason = "" };
    }
}
