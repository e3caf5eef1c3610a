using System.Globalization;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Retention;

/// <summary>What was erased, when and why; or whether one case was, for whoever holds its code.</summary>
internal sealed class ListErasures(Db db, PageTokens tokens, MasterKey master)
{
    private const string Prefix = "cases/";

    public async Task<ListErasuresResponse> Handle(ListErasuresRequest request, Call call)
    {
        var response = new ListErasuresResponse();
        if (request.Case.Length > 0)
        {
            if (request.Case.StartsWith(Prefix, StringComparison.Ordinal)
                && await db.Read(tx => ErasureRegister.Find(tx, master.Fingerprints.CodeMac(request.Case[Prefix.Length..])), call.Cancellation) is { } line)
            {
                response.Erasures.Add(line);
            }

            return response;
        }

        var size = PageTokens.Size(request.PageSize);
        var filter = $"erasures|{call.Caller.Subject}";
        var after = await tokens.Open(filter, request.PageToken, call.Cancellation) is { } no ? long.Parse(no, CultureInfo.InvariantCulture) : 0;
        var lines = await db.Read(tx => ErasureRegister.After(tx, after, size + 1), call.Cancellation);
        response.Erasures.Add(lines.Take(size));
        if (lines.Count > size)
        {
            response.NextPageToken = await tokens.Seal(filter, lines[size - 1].Number.ToString(CultureInfo.InvariantCulture), call.Cancellation);
        }

        return response;
    }
}
