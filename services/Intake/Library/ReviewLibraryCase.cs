using Intervision.Intake.Encryption;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;
using State = Intervision.Intake.V1.LibraryProposal.Types.State;
using Verdict = Intervision.Intake.V1.ReviewLibraryCaseRequest.Types.Verdict;

namespace Intervision.Intake.Library;

/// <summary>The second person approves a proposal, sends it back, or refuses it.</summary>
internal sealed class ReviewLibraryCase(Db db)
{
    public Task<ReviewLibraryCaseResponse> Handle(ReviewLibraryCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var (of, before) = await LibraryPeople.LockFor(tx, request.Name, request.Etag, call, (c, _, reader, scope) => LibraryPeople.MayRead(c, reader, scope));
            var after = Decide(of, before, request.Verdict, request.Reason, call.Caller, call.Now);
            if (!after.IsLive)
            {
                await Vault.Forget(tx, of.Id, LibraryTexts.Field);
            }

            return new ReviewLibraryCaseResponse { Proposal = (await ProposalStore.Save(tx, before, after, call.Now)).ToProto(tied: true) };
        });

    /// <exception cref="RuleBroken">VERDICT_INVALID, REASON_INVALID, SECOND_READER_REQUIRED, PROPOSAL_NOT_WAITING, CONSENT_NOT_GRANTED, SHEET_LOCKED.</exception>
    internal static Proposal Decide(Case of, Proposal before, Verdict verdict, string reason, Caller reviewer, DateTimeOffset now)
    {
        var state = verdict switch
        {
            Verdict.Approve => State.Approved,
            Verdict.SendBack => State.SentBack,
            Verdict.Refuse => State.Refused,
            _ => throw RuleBroken.Invalid("verdict", "VERDICT_INVALID", "Approuvez, renvoyez ou refusez."),
        };
        if (state == State.Approved ? reason.Length > 0
            : reason is not ("IDENTIFIANT" or "TROP_DETAILLE" or "INEXACT" or "INCOMPLET" or "SANS_INTERET" or "DEJA_PUBLIE" or "AUTRE"))
        {
            throw RuleBroken.Invalid("reason", "REASON_INVALID", "Un renvoi ou un refus dit pourquoi ; une approbation n'a pas de motif.");
        }

        if (!LibraryPeople.IsSecond(of, before, reviewer))
        {
            throw RuleBroken.NotNow(
                "SECOND_READER_REQUIRED", "Qui a proposé ce texte, ou écrit la fiche, ne peut pas le relire.", "STATE", before.Name);
        }

        if (before.State != State.Proposed)
        {
            throw RuleBroken.NotNow("PROPOSAL_NOT_WAITING", "Cette proposition n'attend pas de relecture.", "STATE", before.Name, ("state", before.State.ToString()));
        }

        if (state == State.Approved)
        {
            ReadableSheet.MustHaveConsent(of);
        }

        return before with { State = state, Reason = reason, Reviewer = reviewer.Subject, ReviewTime = now };
    }
}
