using Intervision.ServiceDefaults.Grpc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Connections to RabbitMQ (<c>ConnectionStrings:rabbitmq</c>, an amqp URI) that are made again for ever. One warning
/// per outage, one line when it is over.
/// </summary>
public sealed class Broker(IConfiguration configuration, ServiceName service, IOptions<MessagingOptions> options, ILogger<Broker> logger)
{
    private int connected;

    /// <summary>Connections that stand right now.</summary>
    public bool IsConnected => Volatile.Read(ref connected) > 0;

    /// <summary>False where messaging is switched off.</summary>
    public bool IsNeeded => options.Value.Enabled;

    /// <summary>A connection with the topology declared.</summary>
    public async Task<IConnection> Connect(string purpose, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(configuration.GetConnectionString("rabbitmq") ?? throw new InvalidOperationException("ConnectionStrings:rabbitmq is missing.")),
            ClientProvidedName = $"{service.Value} {purpose}",
            // The library's own recovery would go on with half a session; ours begins anew, with a clean state.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
            RequestedHeartbeat = TimeSpan.FromSeconds(15),
        };
        var connection = await factory.CreateConnectionAsync(cancellation);
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
            await Topology.Declare(channel, cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Runs sessions one after the other until cancelled: each has a fresh connection, and ends by an exception of its own or
    /// by the loss of the connection (its token is then cancelled). A session says when it works: the outage, if there
    /// was one, is then over.
    /// </summary>
    public async Task Run(string purpose, Func<IConnection, Action, CancellationToken, Task> session, CancellationToken stopping)
    {
        var outage = new Outage(options.Value, $"{service.Value} {purpose}", logger);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await RunOnce(purpose, session, outage, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception lost)
            {
                await outage.Wait(lost, stopping);
            }
        }
    }

    private async Task RunOnce(string purpose, Func<IConnection, Action, CancellationToken, Task> session, Outage outage, CancellationToken stopping)
    {
        await using var connection = await Connect(purpose, stopping);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var reason = "";
        connection.ConnectionShutdownAsync += (_, args) =>
        {
            reason = args.ReplyText;
            return ending.CancelAsync();
        };
        Interlocked.Increment(ref connected);
        try
        {
            await session(connection, outage.Over, ending.Token);
        }
        catch (OperationCanceledException cancelled) when (!stopping.IsCancellationRequested)
        {
            throw new IOException($"RabbitMQ connection lost: {reason}", cancelled);
        }
        finally
        {
            Interlocked.Decrement(ref connected);
        }
    }
}
