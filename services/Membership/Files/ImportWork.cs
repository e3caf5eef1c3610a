using Google.Protobuf;
using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Membership.Files;

/// <summary>How one import changes the directory: batch by batch, each for good; or, in a dry run, all for show.</summary>
internal sealed class ImportWork : IAsyncDisposable
{
    private readonly Db db;
    private readonly Call call;
    private readonly IncomingFiles import;
    private readonly NpgsqlConnection? connection;
    private readonly Tx? rehearsal;
    private int rank;

    private ImportWork(Db db, Call call, IncomingFiles import, NpgsqlConnection? connection, NpgsqlTransaction? transaction)
    {
        (this.db, this.call, this.import, this.connection) = (db, call, import, connection);
        rehearsal = connection is null ? null : new Tx(connection, transaction, call.Cancellation);
        Author = Author.Of(call);
    }

    public Author Author { get; }

    public IReadOnlySet<DirectoryFile> Sent => import.Sent;

    public CancellationToken Cancellation => call.Cancellation;

    public static async Task<ImportWork> Open(Db db, NpgsqlDataSource source, Call call, IncomingFiles import)
    {
        if (!import.DryRun)
        {
            return new ImportWork(db, call, import, null, null);
        }

        var session = await source.OpenConnectionAsync(call.Cancellation);
        return new ImportWork(db, call, import, session, await session.BeginTransactionAsync(call.Cancellation));
    }

    /// <summary>The next batch, once per import and rank.</summary>
    public Task<ImportFilesResponse> Once(IMessage batch, Func<Tx, Task<ImportFilesResponse>> apply) =>
        rehearsal is null
            ? db.Once(call, AggregateId.Of($"{import.RequestId}/{rank++}").ToString(), batch, apply)
            : apply(rehearsal);

    public Task Do(Func<Tx, Task> work) => rehearsal is null ? db.InTransaction(work, call.Cancellation) : work(rehearsal);

    public async ValueTask DisposeAsync()
    {
        if (rehearsal is not null)
        {
            await rehearsal.Transaction!.DisposeAsync();
            await connection!.DisposeAsync();
        }
    }
}
