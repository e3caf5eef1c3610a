using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using HealthOf = Grpc.Health.V1.Health;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>Two instances of a service, as replicas are: each on a port of its own.</summary>
public sealed class BalancingTests : IAsyncLifetime
{
    private readonly List<Instance> instances = [];

    public async ValueTask InitializeAsync()
    {
        instances.Add(await Instance.Start());
        instances.Add(await Instance.Start());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in instances)
        {
            await instance.Stop();
        }
    }

    [Fact]
    public async Task Calls_are_shared_out_and_go_on_when_an_instance_is_gone()
    {
        using var channel = Open([.. instances.Select(i => i.Address)]);
        var client = new HealthOf.HealthClient(channel);
        await client.CheckAsync(new(), deadline: Soon);
        // A connection that is not open yet gets no call.
        await Eventually.IsTrue(
            async () =>
            {
                await client.CheckAsync(new(), deadline: Soon);
                return instances.TrueForAll(i => i.Calls > 0);
            },
            "both are called");
        var before = instances.Select(i => i.Calls).ToList();
        for (var call = 0; call < 20; call++)
        {
            await client.CheckAsync(new(), deadline: Soon);
        }

        Assert.Equal([10, 10], instances.Zip(before, (i, b) => i.Calls - b));

        await instances[0].Stop();
        var answered = 0;
        await Eventually.IsTrue(
            async () =>
            {
                try
                {
                    await client.CheckAsync(new(), deadline: Soon);
                    return ++answered == 20;
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
                {
                    // The one that was under way; its caller asks again.
                    return false;
                }
            },
            "the other one answers");
    }

    [Fact]
    public async Task A_name_is_enough()
    {
        using var channel = Open([$"dns:///localhost:{new Uri(instances[0].Address).Port}"]);
        await new HealthOf.HealthClient(channel).CheckAsync(new(), deadline: Soon);
        Assert.Equal([1, 0], instances.Select(i => i.Calls));
    }

    [Fact]
    public void A_single_address_is_left_as_it_is()
    {
        var options = new GrpcChannelOptions();
        Balancing.ShareOut(options, ["http://localhost:5102"]);
        Assert.Null(options.ServiceProvider);
        Assert.Equal(new Uri("http://localhost:5102"), Balancing.Target(["http://localhost:5102"]));
    }

    private static DateTime Soon => TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20);

    private static GrpcChannel Open(string[] addresses)
    {
        var options = new GrpcChannelOptions();
        Balancing.ShareOut(options, addresses);
        return GrpcChannel.ForAddress(Balancing.Target(addresses), options);
    }

    private sealed class Instance(WebApplication app)
    {
        private int calls;
        private bool stopped;

        public int Calls => Volatile.Read(ref calls);

        public string Address => app.Urls.Single();

        public static async Task<Instance> Start()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
            builder.Services.AddGrpc();
            builder.Services.AddGrpcHealthChecks();
            var app = builder.Build();
            var instance = new Instance(app);
            app.Use((context, next) =>
            {
                Interlocked.Increment(ref instance.calls);
                return next(context);
            });
            app.MapGrpcHealthChecksService();
            await app.StartAsync();
            return instance;
        }

        public async Task Stop()
        {
            if (!stopped)
            {
                stopped = true;
                await app.StopAsync();
                await app.DisposeAsync();
            }
        }
    }
}
