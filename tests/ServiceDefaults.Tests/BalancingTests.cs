using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using HealthOf = Grpc.Health.V1.Health;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>Two instances of a service, as replicas are: each on a port of its own.</summary>
public sealed class BalancingTests : IAsyncLifetime
{
    private readonly List<HealthServer> instances = [];

    public async ValueTask InitializeAsync()
    {
        instances.Add(await HealthServer.Start());
        instances.Add(await HealthServer.Start());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in instances)
        {
            await instance.DisposeAsync();
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
                return instances.TrueForAll(i => !i.Calls.IsEmpty);
            },
            "both are called");
        var before = instances.Select(i => i.Calls.Count).ToList();
        for (var call = 0; call < 20; call++)
        {
            await client.CheckAsync(new(), deadline: Soon);
        }

        Assert.Equal([10, 10], instances.Zip(before, (i, b) => i.Calls.Count - b));

        await instances[0].DisposeAsync();
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
        Assert.Equal([1, 0], instances.Select(i => i.Calls.Count));
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
}
