using Google.Protobuf;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>A request and its answer, for <see cref="RequestLogBatch"/>.</summary>
public sealed record Answered(Call Call, Guid RequestId, IMessage Request, IMessage Response);

/// <summary>
/// What <see cref="Db.Once{TResponse}"/> keeps, for many calls in one statement: for verbs that answer several callers in
/// one transaction (DESIGN §7.24).
/// </summary>
public static class RequestLogBatch
{
    /// <returns>False when one of the request ids was used before: roll back, and let each go through <c>Once</c>.</returns>
    public static async Task<bool> TryRecord(Tx tx, IReadOnlyList<Answered> answered)
    {
        ArgumentNullException.ThrowIfNull(tx);
        ArgumentNullException.ThrowIfNull(answered);
        return await tx.Execute(
            """
            insert into request_log (caller, request_id, method, payload_hash, response)
            select * from unnest(@callers, @ids, @methods, @hashes, @responses) on conflict do nothing
            """,
            new
            {
                callers = answered.Select(a => a.Call.Caller.Subject).ToArray(),
                ids = answered.Select(a => a.RequestId).ToArray(),
                methods = answered.Select(a => a.Call.Method).ToArray(),
                hashes = answered.Select(a => tx.RequestHash.Of(a.Request)).ToArray(),
                responses = answered.Select(a => a.Response.ToByteArray()).ToArray(),
            }) == answered.Count;
    }
}
