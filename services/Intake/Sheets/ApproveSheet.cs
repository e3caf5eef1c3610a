using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Sheets;

/// <summary>The second reader approves the sheet: the case can be put on an agenda.</summary>
internal sealed class ApproveSheet(Db db)
{
    public Task<ApproveSheetResponse> Handle(ApproveSheetRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(
                tx, request.Name, request.Etag, call, (c, caller) => caller.Has(Roles.Coordinator) || c.IsOrganisedBy(caller));
            var saved = await CaseStore.Save(tx, before, Decide(before, call.Caller), "ApproveSheet", call);
            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, await ReadyCase.Said(tx, saved, call.Now));
            return new ApproveSheetResponse { Case = saved.View(call.Caller) };
        });
    }

    /// <exception cref="RuleBroken">CASE_NOT_IN_PREPARATION, SHEET_NOT_WRITTEN, CONSENT_NOT_GRANTED, SECOND_READER_REQUIRED.</exception>
    internal static Case Decide(Case before, Caller reader)
    {
        before.MustBe("CASE_NOT_IN_PREPARATION", "Cette fiche n'attend pas de relecture.", CaseState.InPreparation);
        ReadableSheet.MustBeReadable(before);
        if (reader.Is(before.SheetAuthor!, before.SheetAuthorRpps))
        {
            throw RuleBroken.NotNow("SECOND_READER_REQUIRED", "L'auteur de la fiche ne peut pas la valider.", "STATE", before.Name);
        }

        return before with { State = CaseState.Ready, SheetApprover = reader.Subject };
    }
}
