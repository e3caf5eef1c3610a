using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Ports;

/// <summary>
/// Keeps fixed ports that lie in the system's range for outgoing connections (RabbitMQ's 56720, PostgreSQL's 55432) from
/// being given to one: a server takes seconds to bind, or comes back after a crash, and a client socket on its port, even
/// a closed one for its minute of TIME_WAIT, would refuse it. A socket that is bound and never listens is enough: the
/// system passes over its port, while a server, which binds with SO_REUSEADDR, does not mind it.
/// </summary>
internal sealed class PortReservations : IDisposable
{
    /// <summary>TIME_WAIT lasts a minute.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(70);

    private readonly List<Socket> held = [];

    /// <summary>Holds those of the ports that need it; waits while a closed connection still has one.</summary>
    /// <exception cref="DistributedApplicationException">A connection does not let go of a port.</exception>
    public async Task HoldAsync(IEnumerable<int> ports, CancellationToken cancellationToken)
    {
        var (first, last) = OutgoingRange();
        foreach (var port in ports.Where(p => p >= first && p <= last))
        {
            held.Add(await BindAsync(port, cancellationToken));
        }
    }

    public void Dispose()
    {
        held.ForEach(s => s.Dispose());
        held.Clear();
    }

    private static async Task<Socket> BindAsync(int port, CancellationToken cancellationToken)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return socket;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                socket.Dispose();
                if (TimeProvider.System.GetElapsedTime(limit) > Patience)
                {
                    throw new DistributedApplicationException(
                        $"Le port {port} est tenu par une connexion sortante de cette machine : attendez qu'elle se ferme, ou choisissez un autre port.");
                }
            }
            await Task.Delay(TimeSpan.FromSeconds(0.5), cancellationToken);
        }
    }

    /// <summary>/proc/sys/net/ipv4/ip_local_port_range: first and last.</summary>
    private static (int First, int Last) OutgoingRange()
    {
        const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
        if (!File.Exists(Range))
        {
            return (int.MaxValue, int.MinValue);
        }
        var numbers = File.ReadAllText(Range).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (int.Parse(numbers[0], CultureInfo.InvariantCulture), int.Parse(numbers[1], CultureInfo.InvariantCulture));
    }
}
