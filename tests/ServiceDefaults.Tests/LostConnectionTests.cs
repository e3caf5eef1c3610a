using System.Net;
using System.Net.Sockets;
using Grpc.Health.V1;
using Intervision.ServiceDefaults.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using HealthOf = Grpc.Health.V1.Health;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>A call of one service to another that stops: what it may have begun and never answered is tried again.</summary>
public sealed class LostConnectionTests : IAsyncLifetime
{
    private HealthServer other = null!;

    public async ValueTask InitializeAsync() => other = await HealthServer.Start();

    public ValueTask DisposeAsync() => other.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_call_under_way_when_the_server_says_goodbye_is_tried_again(int times)
    {
        using var front = new StoppingFront(new Uri(other.Address).Port, times);
        await using var app = Caller(front.Address);

        await app.Services.GetRequiredService<HealthOf.HealthClient>().CheckAsync(new HealthCheckRequest(), deadline: Soon);

        Assert.Equal(times, front.Lost);
        Assert.Single(other.Calls);
    }

    private static DateTime Soon => TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30);

    private static WebApplication Caller(string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["services:other:grpc:0"] = address;
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddServiceClient<HealthOf.HealthClient>("other");
        return builder.Build();
    }

    /// <summary>
    /// Its first connections take one call, say GOAWAY with NO_ERROR as for a call that was seen, and are closed without an
    /// answer; the ones after them lead to a service that lives.
    /// </summary>
    private sealed class StoppingFront : IDisposable
    {
        private const int FrameHeader = 9;
        private const byte Headers = 1;

        /// <summary>"PRI * HTTP/2.0 …", RFC 9113 §3.4.</summary>
        private const int Preface = 24;

        private static readonly byte[] Settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];

        /// <summary>Eight octets on stream 0: the last stream seen is 1, NO_ERROR.</summary>
        private static readonly byte[] GoAway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];

        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly int port;
        private readonly int times;

        public StoppingFront(int port, int times)
        {
            (this.port, this.times) = (port, times);
            listener.Start();
            _ = Accept();
        }

        public string Address => $"http://{listener.LocalEndpoint}";

        public int Lost { get; private set; }

        public void Dispose() => listener.Dispose();

        private async Task Accept()
        {
            while (Lost < times)
            {
                using var stopping = await listener.AcceptTcpClientAsync();
                await TakeOneCall(stopping.GetStream());
                Lost++;
            }

            using var living = await listener.AcceptTcpClientAsync();
            using var behind = new TcpClient();
            await behind.ConnectAsync(IPAddress.Loopback, port);
            await Task.WhenAny(living.GetStream().CopyToAsync(behind.GetStream()), behind.GetStream().CopyToAsync(living.GetStream()));
        }

        private static async Task TakeOneCall(NetworkStream client)
        {
            await client.WriteAsync(Settings);
            await client.ReadExactlyAsync(new byte[Preface]);
            var frame = new byte[FrameHeader];
            do
            {
                await client.ReadExactlyAsync(frame);
                await client.ReadExactlyAsync(new byte[(frame[0] << 16) | (frame[1] << 8) | frame[2]]);
            }
            while (frame[3] != Headers);
            await client.WriteAsync(GoAway);
        }
    }
}
