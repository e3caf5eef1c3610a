using System.Globalization;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.AccessLog;

/// <summary>The whole log for the auditor, as the lines that <c>verify-access-log --file</c> checks. The export is itself traced.</summary>
internal sealed class ExportAccessLog(Db db)
{
    private const int LinesAtOnce = 200;

    public async Task Handle(ExportAccessLogRequest request, IServerStreamWriter<ExportAccessLogResponse> responses, Call call)
    {
        var from = Month(request.FromMonth);
        await db.InTransaction(tx => AccessTrace.Append(tx, call, caseId: null, AccessTrace.Export, "AUDIT", AccessTrace.Given, "AUDITOR"), call.Cancellation);
        await db.InTransaction(
            async tx =>
            {
                var response = new ExportAccessLogResponse();
                await foreach (var line in ChainReader.Lines(tx, from))
                {
                    response.Lines.Add(ChainReader.ToText(line));
                    if (response.Lines.Count == LinesAtOnce)
                    {
                        await responses.WriteAsync(response, call.Cancellation);
                        response = new ExportAccessLogResponse();
                    }
                }

                await responses.WriteAsync(response, call.Cancellation);
            },
            call.Cancellation);
    }

    private static DateOnly? Month(string said)
    {
        if (said.Length == 0)
        {
            return null;
        }

        return DateOnly.TryParseExact(said, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)
            ? month
            : throw RuleBroken.Invalid("from_month", "MONTH_INVALID", "Un mois s'écrit AAAA-MM.");
    }
}
