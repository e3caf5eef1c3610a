using Intervision.Intake.AccessLog;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Encryption;
using Intervision.Intake.IdentifyingText;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Sheets;

/// <summary>
/// Reads the sheet, for a stated purpose, as far as one's part in the case goes; given or refused, the access log has it.
/// Under the case's row lock, which a withdrawal takes too: nothing is given after it.
/// </summary>
internal sealed class ReadSheet(Db db, Vault vault)
{
    private const string Treatments = "TRAITEMENTS";
    private const string Erased = "SHEET_ERASED";

    public async Task<ReadSheetResponse> Handle(ReadSheetRequest request, Call call)
    {
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

        var reader = await Reader.Of(tx, found, call);
        var scope = (await ConsentStore.Last(tx, found)).Scope;
        SheetReading reading;
        try
        {
            reading = Decide(found, reader, scope, request.Purpose);
        }
        catch (RuleBroken refusal)
        {
            var purpose = SheetVisibility.IsPurpose(request.Purpose) ? request.Purpose : "UNKNOWN";
            var tie = reader.Ties(found).Select(t => Name(t)).FirstOrDefault("");
            await AccessTrace.Append(tx, call, found.Id, AccessTrace.ReadSheet, purpose, refusal.Reason, tie);
            return (null, refusal);
        }

        if (await vault.Read(tx, found.Id, SheetText.Field) is not { } text)
        {
            await AccessTrace.Append(tx, call, found.Id, AccessTrace.ReadSheet, request.Purpose, Erased, Name(reading.Tie));
            return (null, RuleBroken.NotNow(Erased, "La fiche a été effacée.", "STATE", found.Name));
        }

        await AccessTrace.Append(tx, call, found.Id, AccessTrace.ReadSheet, request.Purpose, AccessTrace.Given, Name(reading.Tie));
        return (Shown(Sheet.Parser.ParseFrom(text), reading, scope, await PoleSeats.Of(tx, found.Pole)), null);
    }

    /// <summary>What is given to whom. A stranger, and whoever the patient excluded, learn nothing of the case.</summary>
    /// <exception cref="RuleBroken">
    /// PERMISSION_DENIED, UNKNOWN_PURPOSE, what <see cref="ReadableSheet"/> refuses, PURPOSE_DOES_NOT_FIT, CATEGORY_NOT_INFORMED.
    /// </exception>
    internal static SheetReading Decide(Case found, Reader reader, Scope scope, string purpose)
    {
        var ties = reader.Caller.HasAny(Roles.Professional, Roles.Referent) ? reader.Ties(found).ToList() : [];
        if (ties.Count == 0 || reader.IsExcludedFrom(scope))
        {
            throw RuleBroken.Denied();
        }

        if (!SheetVisibility.IsPurpose(purpose))
        {
            throw RuleBroken.Invalid("purpose", "UNKNOWN_PURPOSE", "Dites pourquoi : PREPARATION, SECOND_READING, SESSION ou FOLLOW_UP.");
        }

        ReadableSheet.MustBeReadable(found);
        var fitting = ties.Where(t => SheetVisibility.May(t, purpose, found.State)).ToList();
        if (fitting.Count == 0)
        {
            throw RuleBroken.NotNow("PURPOSE_DOES_NOT_FIT", "Ce motif de lecture n'est pas le vôtre, ou pas à ce moment.", "STATE", found.Name);
        }

        foreach (var tie in fitting.Where(t => IsInformed(t, reader.Category, scope)))
        {
            if (SheetVisibility.Of(tie, reader.Category) is not SheetFields.None and var fields)
            {
                return new SheetReading(tie, fields & ~Hidden(tie, scope));
            }
        }

        throw RuleBroken.NotNow(
            "CATEGORY_NOT_INFORMED", "Le patient n'a pas été informé que des professionnels de votre catégorie seraient présents.", "CONSENT", found.Name);
    }

    /// <summary>The patient was told of people like this one, and something of a case is theirs to hear.</summary>
    internal static bool IsTold(Tie tie, ParticipantCategory category, Scope scope) =>
        IsInformed(tie, category, scope) && SheetVisibility.Of(tie, category) != SheetFields.None;

    /// <summary>The requester informed the patient; everybody else is of a category that was told of (CSP R1110-3).</summary>
    private static bool IsInformed(Tie tie, ParticipantCategory category, Scope scope) => tie switch
    {
        Tie.Requester => true,
        Tie.Expert => scope.Informs(ParticipantCategory.Expert),
        _ => scope.Informs(category),
    };

    private static SheetFields Hidden(Tie tie, Scope scope) =>
        tie != Tie.Requester && scope.ExcludedTopics.Contains(Treatments) ? SheetFields.Treatments : SheetFields.None;

    private static ReadSheetResponse Shown(Sheet whole, SheetReading reading, Scope scope, IReadOnlyCollection<string> seats)
    {
        var response = new ReadSheetResponse { Sheet = new Sheet(), ActingAs = Name(reading.Tie) };
        response.ExcludedTopics.Add(scope.ExcludedTopics);
        Give(SheetFields.Treatments, "treatments", () => response.Sheet.Treatments.Add(whole.Treatments));
        Give(SheetFields.Question, "question", () => response.Sheet.Question = whole.Question);
        Give(SheetFields.Situation, "situation", () => response.Sheet.Situation = whole.Situation);
        if (reading.Fields.HasFlag(SheetFields.Warnings))
        {
            response.Warnings.Add(SheetText.Check(new Violations(), whole, seats));
        }

        return response;

        void Give(SheetFields field, string name, Action give)
        {
            if (reading.Fields.HasFlag(field))
            {
                give();
            }
            else
            {
                response.HiddenFields.Add(name);
            }
        }
    }

    /// <summary>UPPER_SNAKE_CASE, as in the proto.</summary>
    internal static string Name(Tie tie) => tie == Tie.AttendingPhysician ? "ATTENDING_PHYSICIAN" : tie.ToString().ToUpperInvariant();
}

/// <summary>What is given: as whom, and which parts.</summary>
internal sealed record SheetReading(Tie Tie, SheetFields Fields);
