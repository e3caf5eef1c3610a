using Google.Protobuf;
using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.IdentifyingText;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Sheets;

/// <summary>Writes the situation sheet, or writes it again: whoever wrote last is its author.</summary>
internal sealed class WriteSheet(Db db, Vault vault)
{
    public Task<WriteSheetResponse> Handle(WriteSheetRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(
                tx, request.Name, request.Etag, call, (c, caller) => c.IsRequestedBy(caller) || c.IsReferredBy(caller));
            var violations = new Violations();
            var warnings = SheetText.Check(violations, request.Sheet, await PoleSeats.Of(tx, before.Pole));
            violations.ThrowIfAny();
            var after = Decide(before, call.Caller);
            await vault.Write(tx, before.Id, SheetText.Field, request.Sheet.ToByteArray());
            var saved = await CaseStore.Save(tx, before, after, "WriteSheet", call);
            var response = new WriteSheetResponse { Case = saved.View(call.Caller) };
            response.Warnings.Add(warnings);
            return response;
        });
    }

    internal static Case Decide(Case before, Caller author)
    {
        before.MustBe("CASE_NOT_IN_PREPARATION", "La fiche ne s'écrit qu'une fois l'accord donné, avant sa relecture.", CaseState.InPreparation);
        ReadableSheet.MustHaveConsent(before);
        return before with { SheetAuthor = author.Subject, SheetAuthorRpps = author.Rpps, SheetApprover = null };
    }
}
