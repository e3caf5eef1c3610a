using System.Data;
using Google.Protobuf;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Npgsql;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>The service's own database: visible transactions, and the idempotent one that verbs use.</summary>
public sealed class Db(NpgsqlDataSource source, OutboxSignal outbox, RequestHash? hash = null)
{
    private const int Attempts = 4;

    /// <summary>
    /// Runs the work in one transaction and commits. Deadlocks, serialisation failures and work that was overtaken are tried again
    /// from the start, so the work must not have effects outside the transaction.
    /// </summary>
    public async Task<T> InTransaction<T>(Func<Tx, Task<T>> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        var overtaken = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunOnce(work, overtaken, cancellation);
            }
            catch (Exception e) when (e is OvertakenException or PostgresException { SqlState: "40001" or "40P01" } && attempt < Attempts)
            {
                // Another transaction won; from the top.
                overtaken |= e is OvertakenException;
            }
        }
    }

    /// <inheritdoc cref="InTransaction{T}"/>
    public Task InTransaction(Func<Tx, Task> work, CancellationToken cancellation) =>
        InTransaction(
            async tx =>
            {
                await work(tx);
                return true;
            },
            cancellation);

    /// <summary>Reads without an outer transaction: each statement sees its own snapshot.</summary>
    public async Task<T> Read<T>(Func<Tx, Task<T>> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await work(new Tx(connection, transaction: null, cancellation));
    }

    /// <summary>Reads several things as they were together: all statements see one snapshot.</summary>
    public async Task<T> ReadTogether<T>(Func<Tx, Task<T>> work, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(work);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return await work(new Tx(connection, transaction, cancellation));
    }

    /// <summary>
    /// One mutating verb, once: same caller, request id and payload give the stored response again; the same id with
    /// another payload or method is ALREADY_EXISTS/REQUEST_ID_REUSED. Only successes are stored, in the same commit as
    /// their effect (DESIGN §6, §7.9). Of two at once, the second waits for the first.
    /// </summary>
    /// <param name="requestId">A UUID, else INVALID_ARGUMENT/REQUEST_ID_INVALID.</param>
    public async Task<TResponse> Once<TResponse>(Call call, string requestId, IMessage request, Func<Tx, Task<TResponse>> work)
        where TResponse : class, IMessage<TResponse>, new()
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(work);
        var id = RequestIds.MustBeUuid(requestId);
        var answer = await InTransaction(
            async tx =>
            {
                if (!await RequestLog.Claim(tx, call, id, request))
                {
                    return await RequestLog.Stored<TResponse>(tx, call, id, request);
                }

                var response = await work(tx);
                await RequestLog.Store(tx, call, id, response);
                CrashPoint.Hit("request.before_commit");
                return response;
            },
            call.Cancellation);
        CrashPoint.Hit("request.after_commit");
        return answer;
    }

    private async Task<T> RunOnce<T>(Func<Tx, Task<T>> work, bool overtaken, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var tx = new Tx(connection, transaction, cancellation) { Source = source, RequestHash = hash ?? RequestHash.Plain, WasOvertaken = overtaken };
        var result = await work(tx);
        // A commit is never given up half-way: after this point the caller's cancellation no longer counts.
        await transaction.CommitAsync(CancellationToken.None);
        if (tx.HasAppended)
        {
            CrashPoint.Hit("outbox.after_commit_before_wake");
            outbox.Wake();
        }

        return result;
    }
}
