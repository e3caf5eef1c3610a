using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Ports;

namespace Intervision.AppHost.Tests;

/// <summary>A server's fixed port in the range of outgoing connections stays the server's.</summary>
public sealed class PortReservationTests
{
    [Fact]
    public async Task A_held_port_is_given_to_no_connection_and_open_to_the_server_it_is_for()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        var port = await ConnectionPort(elsewhere);
        using var reservations = new PortReservations();
        await reservations.HoldAsync([port], TestContext.Current.CancellationToken);

        // Towards one destination the system walks its range (28,232 ports, every other one first): it passes this port.
        for (var i = 0; i < 16_000; i++)
        {
            Assert.NotEqual(port, await ConnectionPort(elsewhere));
        }

        using var server = new TcpListener(IPAddress.Loopback, port);
        server.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        using var accepted = await server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        Assert.Equal(((IPEndPoint)client.Client.LocalEndPoint!).Port, ((IPEndPoint)accepted.RemoteEndPoint!).Port);
    }

    [Fact]
    public async Task A_port_that_a_connection_still_has_is_waited_for()
    {
        // A connection that keeps its own port busy: connected from it, to a listener elsewhere.
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        var connection = new TcpClient();
        await connection.ConnectAsync((IPEndPoint)elsewhere.LocalEndpoint, TestContext.Current.CancellationToken);
        using var accepted = await elsewhere.AcceptSocketAsync(TestContext.Current.CancellationToken);
        var port = ((IPEndPoint)connection.Client.LocalEndPoint!).Port;

        using var reservations = new PortReservations();
        var holding = reservations.HoldAsync([port], TestContext.Current.CancellationToken);
        Assert.False(holding.IsCompleted);
        // Reset, not closed: no TIME_WAIT.
        connection.Client.LingerState = new LingerOption(true, 0);
        connection.Dispose();
        await holding.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    /// <summary>The port that the system gives to a connection, which is then reset: no TIME_WAIT.</summary>
    private static async Task<int> ConnectionPort(TcpListener to)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync((IPEndPoint)to.LocalEndpoint, TestContext.Current.CancellationToken);
        using var accepted = await to.AcceptSocketAsync(TestContext.Current.CancellationToken);
        connection.LingerState = new LingerOption(true, 0);
        return ((IPEndPoint)connection.Client.LocalEndPoint!).Port;
    }
}
