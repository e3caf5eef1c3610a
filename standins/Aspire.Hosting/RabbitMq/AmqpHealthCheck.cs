using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.RabbitMq;

/// <summary>Healthy when the AMQP 0-9-1 header is answered by a method frame (Connection.Start): the broker takes clients last of all.</summary>
internal sealed class AmqpHealthCheck(EndpointReference endpoint) : IHealthCheck
{
    private const byte MethodFrame = 1;
    private static readonly byte[] Header = [.. "AMQP"u8, 0, 0, 9, 1];

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", endpoint.Port, limit.Token);
            await client.GetStream().WriteAsync(Header, limit.Token);
            var first = new byte[1];
            await client.GetStream().ReadExactlyAsync(first, limit.Token);
            return first[0] == MethodFrame ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Not an AMQP 0-9-1 broker.");
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}
