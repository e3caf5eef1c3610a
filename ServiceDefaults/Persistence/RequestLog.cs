using Google.Protobuf;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>The table behind <see cref="Db.Once{TResponse}"/>: (caller, request id) → payload hash and response.</summary>
internal static class RequestLog
{
    /// <summary>True for whoever comes first; the row lock makes a racing second wait here for the first's outcome.</summary>
    public static async Task<bool> Claim(Tx tx, Call call, Guid id, IMessage request) =>
        await tx.Execute(
            """
            insert into request_log (caller, request_id, method, payload_hash)
            values (@Subject, @id, @Method, @hash)
            on conflict do nothing
            """,
            new { call.Caller.Subject, id, call.Method, hash = tx.RequestHash.Of(request) }) == 1;

    public static async Task<T> Stored<T>(Tx tx, Call call, Guid id, IMessage request)
        where T : class, IMessage<T>, new()
    {
        var row = await tx.Single<Row>(
            "select method, payload_hash, response from request_log where caller = @Subject and request_id = @id",
            new { call.Caller.Subject, id });
        if (row.Method != call.Method || !tx.RequestHash.IsOf(request, row.PayloadHash))
        {
            throw RuleBroken.Exists(
                "REQUEST_ID_REUSED", "Cet identifiant de requête a déjà servi pour une autre demande.", ("requestId", id.ToString()));
        }

        return new MessageParser<T>(() => new T()).ParseFrom(row.Response);
    }

    public static Task Store(Tx tx, Call call, Guid id, IMessage response) =>
        tx.Execute(
            "update request_log set response = @response where caller = @Subject and request_id = @id",
            new { call.Caller.Subject, id, response = response.ToByteArray() });

    private sealed class Row
    {
        public string Method { get; init; } = "";

        public byte[] PayloadHash { get; init; } = [];

        public byte[] Response { get; init; } = [];
    }
}
