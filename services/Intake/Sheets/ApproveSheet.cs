using Intervision.Intake.AccessLog;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Sheets;

/// <summary>
/// The second reader approves the sheet: the case can be put on an agenda. Only who may read it for that, and did: the
/// access log says so.
/// </summary>
internal sealed class ApproveSheet(Db db)
{
    public Task<ApproveSheetResponse> Handle(ApproveSheetRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(
                tx, request.Name, request.Etag, call, (c, caller) => c.IsReferredBy(caller));
            var after = Decide(before, call.Caller);
            ReadSheet.Decide(before, await Reader.Of(tx, before, call), (await ConsentStore.Last(tx, before)).Scope, SheetVisibility.SecondReading);
            MustHaveRead(before, await AccessTrace.WasGiven(tx, before, call.Caller.Subject, SheetVisibility.SecondReading));
            var saved = await CaseStore.Save(tx, before, after, "ApproveSheet", call);
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

    /// <exception cref="RuleBroken">SHEET_NOT_READ.</exception>
    internal static void MustHaveRead(Case before, bool given)
    {
        if (!given)
        {
            throw RuleBroken.NotNow(
                "SHEET_NOT_READ", "Lisez d'abord la fiche, en seconde lecture, telle qu'elle est maintenant écrite.", "STATE", before.Name);
        }
    }
}
