using System.Globalization;
using Intervision.Intake.Consents;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Retention;

/// <summary>
/// Proves what the patient answered about a case that was erased. It is found under a keyed hash of its code and its
/// requester, so only who knows both finds it; not the answers of any other case, nor who had requested it.
/// </summary>
internal sealed class ListConsentAttestations(Db db, PageTokens tokens, MasterKey master)
{
    private const string Prefix = "cases/";

    public async Task<ListConsentAttestationsResponse> Handle(ListConsentAttestationsRequest request, Call call)
    {
        var size = PageTokens.Size(request.PageSize);
        var filter = $"attestations|{call.Caller.Subject}|{request.Case}|{request.Requester}";
        var after = await tokens.Open(filter, request.PageToken, call.Cancellation) is { } no ? int.Parse(no, CultureInfo.InvariantCulture) : 0;
        return await db.Read(
            async tx =>
            {
                var holders = (await Requesters(tx, request, call.Caller)).Select(r => master.Fingerprints.HolderMac(Code(request), r)).ToArray();
                var rows = await tx.Query<ConsentRow>(
                    """
                    select no, status, form, giver, notice_version, notice_handed_time, withdrawal_right_told, reason, categories_informed, evidence_location,
                      patient_situation, own_opinion, accompanying_adult, answer_time, record_time, recorder
                    from consent_attestation where holder_mac = any (@holders) and no > @after order by no limit @limit
                    """,
                    new { holders, after, limit = size + 1 });
                var response = new ListConsentAttestationsResponse { Records = { rows.Take(size).Select(r => r.ToProto()) } };
                response.KeepUntilDate = rows.Count == 0
                    ? null
                    : (await tx.Single<DateOnly>("select max(keep_until) from consent_attestation where holder_mac = any (@holders)", new { holders })).ToProto();
                if (rows.Count > size)
                {
                    response.NextPageToken = await tokens.Seal(filter, rows[size - 1].No.ToString(CultureInfo.InvariantCulture), call.Cancellation);
                }

                return response;
            },
            call.Cancellation);
    }

    /// <summary>The auditor names anybody; others are themselves, by name or by RPPS.</summary>
    private static async Task<IReadOnlyList<string>> Requesters(Tx tx, ListConsentAttestationsRequest request, Caller caller)
    {
        if (caller.Has(Roles.Auditor))
        {
            return request.Requester.Length > 0
                ? [request.Requester]
                : throw RuleBroken.Invalid("requester", "REQUESTER_MISSING", "Dites qui avait déposé la demande.");
        }

        var oneself = (await tx.Query<string>("select name from professional where rpps = @Rpps", new { caller.Rpps })).Append(caller.Subject).Distinct().ToList();
        return request.Requester.Length == 0 || oneself.Contains(request.Requester) ? oneself : throw RuleBroken.Denied();
    }

    private static string Code(ListConsentAttestationsRequest request) =>
        request.Case.StartsWith(Prefix, StringComparison.Ordinal) ? request.Case[Prefix.Length..] : "";
}
