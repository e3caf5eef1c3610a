using System.Text;
using Intervision.Intake.AccessLog;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Encryption;
using Intervision.Intake.IdentifyingText;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Triage;

/// <summary>
/// Reads the question as it was deposited: it is entrusted for triage before the patient agrees to anything more (DOMAIN
/// §4). Given or refused, the access log has it.
/// </summary>
internal sealed class ReadQuestion(Db db, Vault vault)
{
    private const string Field = "question";
    private const string Action = "READ_QUESTION";
    private const string Purpose = "TRIAGE";
    private const string Erased = "SHEET_ERASED";

    public async Task<ReadQuestionResponse> Handle(ReadQuestionRequest request, Call call)
    {
        // The refusal is committed to the log before it is answered, so it is a value in here.
        var (response, refusal) = await db.InTransaction(tx => Read(tx, request, call), call.Cancellation);
        return response ?? throw refusal!;
    }

    private async Task<(ReadQuestionResponse? Response, RuleBroken? Refusal)> Read(Tx tx, ReadQuestionRequest request, Call call)
    {
        var found = await CaseStore.Lock(tx, request.Case);
        if (found is null)
        {
            return (null, RuleBroken.Denied());
        }

        var reader = await Reader.Of(tx, found, call);
        var scope = (await ConsentStore.Last(tx, found)).Scope;
        var tie = TieTo(found, reader, scope);
        try
        {
            Decide(found, reader, scope, tie);
        }
        catch (RuleBroken refusal)
        {
            return (null, await Refused(refusal));
        }

        if (await vault.Read(tx, found.Id, Field) is not { } bytes)
        {
            return (null, await Refused(RuleBroken.NotNow(Erased, "La question a été effacée.", "STATE", found.Name)));
        }

        await AccessTrace.Append(tx, call, found.Id, Action, Purpose, AccessTrace.Given, Name(tie));
        return (Shown(Encoding.UTF8.GetString(bytes), Name(tie), await PoleSeats.Of(tx, found.Pole)), null);

        async Task<RuleBroken> Refused(RuleBroken refusal)
        {
            await AccessTrace.Append(tx, call, found.Id, Action, Purpose, refusal.Reason, Name(tie));
            return refusal;
        }
    }

    /// <summary>Null for a stranger, and for whoever the patient excluded.</summary>
    internal static Tie? TieTo(Case found, Reader reader, Scope scope) =>
        reader.IsExcludedFrom(scope) ? null
        : found.IsRequestedBy(reader.Caller) ? Tie.Requester
        : reader.Caller.Has(Roles.Referent) && found.IsOrganisedBy(reader.Caller) ? Tie.Facilitator
        : null;

    /// <exception cref="RuleBroken">PERMISSION_DENIED, CONSENT_NOT_GRANTED, SHEET_LOCKED, CASE_ENDED, CATEGORY_NOT_INFORMED.</exception>
    internal static void Decide(Case found, Reader reader, Scope scope, Tie? tie)
    {
        if (tie is not { } tied)
        {
            throw RuleBroken.Denied();
        }

        if (found.Consent is ConsentStatus.Refused or ConsentStatus.Withdrawn or ConsentStatus.Expired)
        {
            throw RuleBroken.NotNow("CONSENT_NOT_GRANTED", "Le patient a refusé ou retiré son accord, ou celui-ci a pris fin.", "CONSENT", found.Name);
        }

        if (found.SheetLockTime is not null)
        {
            throw RuleBroken.NotNow("SHEET_LOCKED", "La fiche est verrouillée.", "CONSENT", found.Name);
        }

        if (found.State == CaseState.Closed || found.HasEnded)
        {
            throw RuleBroken.NotNow("CASE_ENDED", "Ce dossier est terminé.", "STATE", found.Name, ("state", found.State.ToString()));
        }

        // Before the patient was told of anybody, the standard notice stands; neither category reads, here as elsewhere.
        if (!ReadSheet.IsTold(tied, reader.Category, found.Consent == ConsentStatus.Granted ? scope : Scope.Standard))
        {
            throw RuleBroken.NotNow(
                "CATEGORY_NOT_INFORMED", "Le patient n'a pas été informé que des professionnels de votre catégorie seraient présents.", "CONSENT", found.Name);
        }
    }

    private static ReadQuestionResponse Shown(string question, string actingAs, IReadOnlyCollection<string> seats) => new()
    {
        Question = question,
        ActingAs = actingAs,
        Warnings = { question.Length == 0 ? [] : Texts.Question(new Violations(), "question", question, seats) },
    };

    private static string Name(Tie? tie) => tie is { } tied ? ReadSheet.Name(tied) : "";
}
