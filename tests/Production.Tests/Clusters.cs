using Dapper;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Production.Tests;

internal static class Clusters
{
    /// <summary>As the owner; without a pool, since clusters are killed here.</summary>
    public static async Task<IReadOnlyList<T>> Query<T>(this TestPostgres cluster, string database, string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection($"{cluster.Owner(database)};Pooling=false");
        return [.. await connection.QueryAsync<T>(sql, parameters)];
    }
}
