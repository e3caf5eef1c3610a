using System.Net;
using System.Net.Sockets;
using Intervision.Dashboard.Otlp;
using Intervision.Tests.Support;

namespace Intervision.Dashboard.Tests.Telemetry;

public sealed class PortTests
{
    private const int Attempts = 60;

    /// <summary>App hosts started together want the same ports: who comes second must see that they are taken, and take others.</summary>
    [Fact]
    public async Task A_port_that_another_takes_at_the_same_instant_is_taken()
    {
        await using var receiving = await Receiving.Start();
        var port = Ports.Free();
        using var enough = new CancellationTokenSource();
        var other = Task.Factory.StartNew(() => TakeAndLeave(port, enough.Token), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var failures = new List<Exception>();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var failure = await Record.ExceptionAsync(async () => await (await OtlpReceiver.Start(receiving.Store, receiving.Key, port, 0, TestContext.Current.CancellationToken)).DisposeAsync());
            if (failure is not null)
            {
                failures.Add(failure);
            }
        }

        await enough.CancelAsync();
        await other;
        Assert.NotEmpty(failures);
        Assert.All(failures, failure => Assert.IsType<IOException>(failure, exactMatch: false));
    }

    /// <summary>As a server does that starts and stops: bound, then listening, each for an instant.</summary>
    private static void TakeAndLeave(int port, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                socket.Listen();
            }
            catch (SocketException)
            {
                // The other has it.
            }
        }
    }
}
