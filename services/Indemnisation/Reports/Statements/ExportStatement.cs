using System.Text;
using Google.Protobuf;
using Intervision.Indemnisation.Reports.Files;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Format = Intervision.Indemnisation.V1.ExportStatementRequest.Types.Format;

namespace Intervision.Indemnisation.Reports.Statements;

/// <summary>A payee's statement for finance; for a professional the own lines of it. Absent looks like forbidden to the latter.</summary>
internal sealed class ExportStatement(Db db)
{
    /// <summary>A year of a large employer; beyond, the period is asked for in parts.</summary>
    private const int MostLines = 20_000;

    private const int MostDays = 366;

    public async Task Handle(ExportStatementRequest request, Func<string, ByteString, Task> send, Call call)
    {
        var (from, until) = Read(request);
        var statement = await db.ReadTogether(
            async tx =>
            {
                var found = await StatementStore.Find(tx, request.Payee, call.Caller, call.Now)
                    ?? throw (call.Caller.IsFinance() ? RuleBroken.NotFound(request.Payee) : RuleBroken.Denied());
                found = found with { From = from, Until = until, Day = Paris.DateOf(call.Now) };
                return found with { Lines = await StatementStore.Lines(tx, found, call.Caller, MostLines + 1) };
            },
            call.Cancellation);
        if (statement.Lines.Count > MostLines)
        {
            throw RuleBroken.NotNow("STATEMENT_TOO_LONG", $"Le relevé dépasse {MostLines} lignes : demandez une période plus courte.", "PERIOD", statement.Payee);
        }

        var (extension, content) = request.Format == Format.Pdf
            ? ("pdf", StatementPdf.Of(statement))
            : ("csv", Encoding.UTF8.GetBytes(StatementCsv.Of(statement)));
        var file = new ExportFile(statement.FileName(extension), send);
        await file.Write(content);
        await file.Complete();
    }

    private static (DateOnly From, DateOnly Until) Read(ExportStatementRequest request)
    {
        var (from, until) = (request.FromDate.ToDate(), request.UntilDate.ToDate());
        var violations = new Violations();
        violations.Check(ResourceNames.IsNamed(request.Payee, "payees"), "payee", "PAYEE_INVALID", "Le bénéficiaire doit être de la forme payees/{code}.");
        violations.Check(from is not null, "from_date", "FROM_DATE_INVALID", "Le premier jour du relevé n'est pas une date.");
        violations.Check(until is not null, "until_date", "UNTIL_DATE_INVALID", "Le dernier jour du relevé n'est pas une date.");
        violations.Check(
            from is null || until is null || (until >= from && until.Value.DayNumber - from.Value.DayNumber < MostDays),
            "until_date", "PERIOD_INVALID", "Un relevé porte sur 366 jours au plus, du premier au dernier.");
        violations.Check(Enum.IsDefined(request.Format), "format", "FORMAT_INVALID", "Ce format est inconnu.");
        violations.ThrowIfAny();
        return (from!.Value, until!.Value);
    }
}
