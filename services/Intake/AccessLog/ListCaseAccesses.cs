using System.Globalization;
using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.AccessLog;

/// <summary>Who saw this case: for its requester, who answers for it to the patient, and for the auditor.</summary>
internal sealed class ListCaseAccesses(Db db, PageTokens tokens)
{
    public async Task<ListCaseAccessesResponse> Handle(ListCaseAccessesRequest request, Call call)
    {
        var found = await db.Read(tx => CaseStore.Find(tx, request.Case), call.Cancellation);
        if (found is null || !(call.Caller.Has(Roles.Auditor) || found.IsRequestedBy(call.Caller)))
        {
            throw RuleBroken.Denied();
        }

        var size = PageTokens.Size(request.PageSize);
        var filter = $"accesses|{call.Caller.Subject}|{request.Case}";
        var after = await tokens.Open(filter, request.PageToken, call.Cancellation) is { } no ? long.Parse(no, CultureInfo.InvariantCulture) : 0;
        var rows = await db.Read(
            tx => tx.Query<Entry>(
                """
                select no, access_time, actor, roles, acting_as, action, purpose, outcome from access_log
                where case_code = any (array (select @Code union all select 'libraryProposals/' || id from library_proposal where case_id = @Id))
                  and no > @after
                order by no limit @limit
                """,
                new { found.Id, found.Code, after, limit = size + 1 }),
            call.Cancellation);
        var response = new ListCaseAccessesResponse();
        response.Accesses.Add(rows.Take(size).Select(Shown));
        if (rows.Count > size)
        {
            response.NextPageToken = await tokens.Seal(filter, rows[size - 1].No.ToString(CultureInfo.InvariantCulture), call.Cancellation);
        }

        return response;
    }

    private static CaseAccess Shown(Entry entry)
    {
        var access = new CaseAccess
        {
            AccessTime = entry.AccessTime.ToProto(),
            Actor = entry.Actor,
            ActingAs = entry.ActingAs,
            Action = entry.Action,
            Purpose = entry.Purpose,
            Outcome = entry.Outcome,
        };
        access.Roles.Add(entry.Roles);
        return access;
    }
}
