using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Intervision.AppHost;

/// <summary>Tries the servers given from outside before anything starts, so that a wrong string is one sentence and not four failed services.</summary>
internal static class ExternalServers
{
    private const int Seconds = 5;

    public static async Task<string?> PostgresProblemAsync(string connectionString)
    {
        try
        {
            var address = new NpgsqlConnectionStringBuilder(connectionString) { Timeout = Seconds, Pooling = false };
            await using var connection = new NpgsqlConnection(address.ConnectionString);
            await connection.OpenAsync();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or NpgsqlException or TimeoutException)
        {
            return $"ConnectionStrings:postgres ne mène pas à un serveur PostgreSQL utilisable : {Reason(e)}";
        }
    }

    public static async Task<string?> RabbitMqProblemAsync(string uri)
    {
        try
        {
            var factory = new ConnectionFactory { Uri = new Uri(uri), RequestedConnectionTimeout = TimeSpan.FromSeconds(Seconds) };
            await using var connection = await factory.CreateConnectionAsync();
            return null;
        }
        catch (Exception e) when (e is UriFormatException or ArgumentException or BrokerUnreachableException or RabbitMQClientException)
        {
            return $"ConnectionStrings:rabbitmq ne mène pas à un serveur RabbitMQ utilisable : {Reason(e)}";
        }
    }

    /// <summary>The client libraries wrap what went wrong on the network; of a wrong string the outer message says more.</summary>
    private static string Reason(Exception e) => (e is ArgumentException ? e : e.GetBaseException()).Message.ReplaceLineEndings(" ");
}
