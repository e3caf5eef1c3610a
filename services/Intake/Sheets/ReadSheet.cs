using Intervision.Intake.AccessLog;
using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Sheets;

/// <summary>Reads the sheet, for a stated purpose; given or refused, the access log has it.</summary>
internal sealed class ReadSheet(Db db, Vault vault)
{
    private const string Action = "READ_SHEET";

    public async Task<ReadSheetResponse> Handle(ReadSheetRequest request, Call call)
    {
        call.Caller.MustHave(Roles.Professional, Roles.Referent);
        // The refusal is committed to the log before it is answered, so it is a value in here.
        var (response, refusal) = await db.InTransaction(tx => Read(tx, request, call), call.Cancellation);
        return response ?? throw refusal!;
    }

    private async Task<(ReadSheetResponse? Response, RuleBroken? Refusal)> Read(Tx tx, ReadSheetRequest request, Call call)
    {
        var found = await CaseStore.Lock(tx, request.Name);
        if (found is null)
        {
            return (null, RuleBroken.Denied());
        }

        try
        {
            Decide(found, request.Purpose, call.Caller);
        }
        catch (RuleBroken refusal)
        {
            var purpose = IsPurpose(request.Purpose) ? request.Purpose : "UNKNOWN";
            await AccessTrace.Append(tx, call, found.Id, Action, purpose, refusal.Reason);
            return (null, refusal);
        }

        var sheet = Sheet.Parser.ParseFrom(
            await vault.Read(tx, found.Id, SheetText.Field) ?? throw new InvalidOperationException("A written sheet has no text."));
        await AccessTrace.Append(tx, call, found.Id, Action, request.Purpose, AccessTrace.Given);
        var response = new ReadSheetResponse { Sheet = sheet };
        response.Warnings.Add(SheetText.Check(new Violations(), sheet));
        return (response, null);
    }

    internal static void Decide(Case found, string purpose, Caller caller)
    {
        if (!found.IsRequestedBy(caller) && !found.IsReferredBy(caller))
        {
            throw RuleBroken.Denied();
        }

        if (!IsPurpose(purpose))
        {
            throw RuleBroken.Invalid("purpose", "UNKNOWN_PURPOSE", "Dites pourquoi : PREPARATION, SECOND_READING ou FOLLOW_UP.");
        }

        ReadableSheet.MustBeReadable(found);
    }

    private static bool IsPurpose(string purpose) => purpose is "PREPARATION" or "SECOND_READING" or "FOLLOW_UP";
}
