using Dapper;
using Npgsql;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>
/// A connection with its transaction (none for reads), and Dapper over both. Rows are classes with settable
/// properties: positional records cannot be filled with <see cref="DateTimeOffset"/> by this version of Dapper.
/// </summary>
public sealed class Tx(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
{
    static Tx() => DapperTypes.Register();

    public NpgsqlConnection Connection => connection;

    public NpgsqlTransaction? Transaction => transaction;

    public CancellationToken Cancellation => cancellation;

    internal RequestHash RequestHash { get; init; } = RequestHash.Plain;

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

    private CommandDefinition Command(string sql, object? parameters) =>
        new(sql, parameters, transaction, cancellationToken: cancellation);
}
