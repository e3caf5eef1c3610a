using System.Globalization;
using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Consents;

/// <summary>Every answer of the patient, for whoever organises the case.</summary>
internal sealed class ListConsentRecords(Db db, PageTokens tokens)
{
    public async Task<ListConsentRecordsResponse> Handle(ListConsentRecordsRequest request, Call call)
    {
        var found = await db.Read(tx => CaseStore.Find(tx, request.Case), call.Cancellation);
        if (found is null || !(call.Caller.Has(Roles.Coordinator) || found.IsRequestedBy(call.Caller) || found.IsOrganisedBy(call.Caller)))
        {
            throw RuleBroken.Denied();
        }

        var size = PageTokens.Size(request.PageSize);
        var filter = $"consents|{call.Caller.Subject}|{request.Case}";
        var after = await tokens.Open(filter, request.PageToken, call.Cancellation) is { } no ? int.Parse(no, CultureInfo.InvariantCulture) : 0;
        var rows = await db.Read(tx => ConsentStore.After(tx, found, after, size + 1), call.Cancellation);
        var response = new ListConsentRecordsResponse();
        response.Records.Add(rows.Take(size).Select(r => r.ToProto()));
        if (rows.Count > size)
        {
            response.NextPageToken = await tokens.Seal(filter, rows[size - 1].No.ToString(CultureInfo.InvariantCulture), call.Cancellation);
        }

        return response;
    }
}
