using System.Data;
using System.Globalization;
using Dapper;
using Npgsql;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>
/// A connection with its transaction (none for reads), and Dapper over both. Rows are classes with settable
/// properties: positional records cannot be filled with <see cref="DateTimeOffset"/> by this version of Dapper.
/// </summary>
public sealed class Tx(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
{
    private const int StreamPage = 5_000;

    static Tx() => DapperTypes.Register();

    public NpgsqlConnection Connection => connection;

    public NpgsqlTransaction? Transaction => transaction;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Where the connection comes from, for <see cref="ReadBeside"/>.</summary>
    internal NpgsqlDataSource? Source { get; init; }

    /// <summary>It is the one beside, where nothing else runs while rows come.</summary>
    private bool ReadsOnly { get; init; }

    internal RequestHash RequestHash { get; init; } = RequestHash.Plain;

    /// <summary>How long one statement may take; null: as the connection says (30 s). For verbs over a whole year.</summary>
    public TimeSpan? StatementTimeout { get; set; }

    /// <summary>It is begun again because somebody else came first: what was counted on unread is better read now.</summary>
    public bool WasOvertaken { get; internal init; }

    /// <summary>Whether the outbox got rows in this transaction.</summary>
    public bool HasAppended { get; internal set; }

    public async Task<IReadOnlyList<T>> Query<T>(string sql, object? parameters = null) =>
        (await connection.QueryAsync<T>(Command(sql, parameters))).AsList();

    public Task<T?> SingleOrDefault<T>(string sql, object? parameters = null) =>
        connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters));

    public Task<T> Single<T>(string sql, object? parameters = null) =>
        connection.QuerySingleAsync<T>(Command(sql, parameters));

    /// <summary>Several statements, separated by semicolons, in one round trip; their results are read in their order.</summary>
    public Task<SqlMapper.GridReader> QueryMultiple(string sql, object? parameters = null) =>
        connection.QueryMultipleAsync(Command(sql, parameters));

    /// <returns>The number of rows touched.</returns>
    public Task<int> Execute(string sql, object? parameters = null) =>
        connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>
    /// Rows however many: memory does not grow with their number. By cursor, a page at a time, so that other statements may run
    /// between two of them, and only in a transaction; <see cref="ReadBeside"/> has nothing else to run, and takes them as they come.
    /// </summary>
    public IAsyncEnumerable<T> Stream<T>(string sql, object? parameters = null) =>
        ReadsOnly
            ? connection.QueryUnbufferedAsync<T>(sql, parameters, transaction, (int?)StatementTimeout?.TotalSeconds)
            : Pages<T>(sql, parameters);

    /// <summary>
    /// Reads on a second connection while this one writes: what a statement here would see now, less what was written here. Whole
    /// tables, so it is planned as <see cref="ExecuteWhole"/> is.
    /// </summary>
    public async Task<T> ReadBeside<T>(Func<Tx, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var snapshot = await Single<string>("select pg_export_snapshot()");
        await using var second = await Source!.OpenConnectionAsync(cancellation);
        await using var reading = await second.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var beside = new Tx(second, reading, cancellation) { StatementTimeout = StatementTimeout, ReadsOnly = true };
        await beside.Execute($"set transaction snapshot '{snapshot}'; set local jit = off; set local enable_nestloop = off");
        return await work(beside);
    }

    private async IAsyncEnumerable<T> Pages<T>(string sql, object? parameters)
    {
        // One name for one text: a FETCH that the connection has prepared is only ever used for rows of the same shape.
        var cursor = $"rows_{string.GetHashCode(sql, StringComparison.Ordinal):x8}";
        await ExecuteWhole($"declare {cursor} no scroll cursor for {sql}", parameters);
        IReadOnlyList<T> page;
        do
        {
            page = await Query<T>(string.Create(CultureInfo.InvariantCulture, $"fetch {StreamPage} from {cursor}"));
            foreach (var row in page)
            {
                yield return row;
            }
        }
        while (page.Count == StreamPage);
        await Execute($"close {cursor}");
    }

    /// <summary>
    /// A statement that reads whole tables, to the last row. Without nested loops: on tables that grew since they were last
    /// analysed the planner believes in few rows, and a loop over many costs minutes instead of a second. Without compiling
    /// either: where a loop cannot be avoided its forbidden cost alone would have half a second of it for a handful of rows.
    /// </summary>
    /// <returns>The number of rows touched.</returns>
    public async Task<int> ExecuteWhole(string sql, object? parameters = null)
    {
        await Execute("set local cursor_tuple_fraction = 1; set local jit = off; set local enable_nestloop = off");
        var touched = await Execute(sql, parameters);
        await Execute("set local enable_nestloop = on");
        return touched;
    }

    /// <summary>
    /// The statements that follow find their rows by key. A statement that a connection prepared while a table was small goes on
    /// reading all of it when it has grown a thousandfold, until somebody analyses it.
    /// </summary>
    public Task FindByKey() => Execute("set local jit = off; set local enable_seqscan = off; set local enable_nestloop = on");

    /// <summary>Inserts rows by binary COPY: one statement, several times faster than INSERT when they are many.</summary>
    /// <param name="into">Table and columns, as in <c>payment (id, payee)</c>.</param>
    /// <param name="write">Writes the columns of a row, in that order and of their types.</param>
    public async Task Copy<TRow>(string into, IEnumerable<TRow> rows, Action<CopyRows, TRow> write)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(write);
        using var row = rows.GetEnumerator();
        if (!row.MoveNext())
        {
            return;
        }

        // What the database makes of the rows is heard when the stream ends.
        await using var copy = await connection.BeginRawBinaryCopyAsync($"copy {into} from stdin (format binary)", cancellation);
        if (StatementTimeout is { } timeout)
        {
            copy.ReadTimeout = copy.WriteTimeout = (int)timeout.TotalMilliseconds;
        }

        try
        {
            var written = new CopyRows();
            do
            {
                written.Add(row.Current, write);
                if (written.IsFull)
                {
                    await copy.WriteAsync(written.Take(), cancellation);
                }
            }
            while (row.MoveNext());
            written.Finish();
            await copy.WriteAsync(written.Take(), cancellation);
        }
        catch
        {
            await copy.CancelAsync();
            throw;
        }
    }

    private CommandDefinition Command(string sql, object? parameters) =>
        new(sql, parameters, transaction, (int?)StatementTimeout?.TotalSeconds, cancellationToken: cancellation);
}
