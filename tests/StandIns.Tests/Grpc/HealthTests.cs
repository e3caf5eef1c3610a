using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Intervision.StandIns.Tests.Grpc;

public sealed class HealthTests
{
    private HealthStatus _database = HealthStatus.Healthy;

    private Task<EchoServer> Start() => EchoServer.Start(
        services: services =>
        {
            services.AddGrpcHealthChecks(options => options.Services.Map("store", check => check.Tags.Contains("ready")))
                .AddCheck("database", () => new HealthCheckResult(_database), ["ready"])
                .AddCheck("other", () => HealthCheckResult.Healthy());
            services.Configure<HealthCheckPublisherOptions>(options =>
            {
                options.Delay = TimeSpan.Zero;
                options.Period = TimeSpan.FromSeconds(1);
            });
        },
        map: app => app.MapGrpcHealthChecksService());

    [Theory]
    [InlineData(HealthStatus.Healthy, ServingStatus.Serving)]
    [InlineData(HealthStatus.Degraded, ServingStatus.Serving)]
    [InlineData(HealthStatus.Unhealthy, ServingStatus.NotServing)]
    public async Task Check_runs_the_health_checks(HealthStatus database, ServingStatus expected)
    {
        _database = database;
        await using var server = await Start();
        var client = new Health.HealthClient(server.Channel());

        Assert.Equal(expected, (await client.CheckAsync(new HealthCheckRequest())).Status);
        Assert.Equal(expected, (await client.CheckAsync(new HealthCheckRequest { Service = "store" })).Status);
    }

    [Fact]
    public async Task Check_refuses_an_unknown_service()
    {
        await using var server = await Start();
        var client = new Health.HealthClient(server.Channel());
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new HealthCheckRequest { Service = "nobody" }));
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
    }

    [Fact]
    public async Task Watch_says_each_change()
    {
        await using var server = await Start();
        using var watch = new Health.HealthClient(server.Channel()).Watch(new HealthCheckRequest { Service = "store" }, deadline: DeadlineIn(20));

        Assert.Equal(ServingStatus.Serving, await Next(watch));
        _database = HealthStatus.Unhealthy;
        Assert.Equal(ServingStatus.NotServing, await Next(watch));
        _database = HealthStatus.Healthy;
        Assert.Equal(ServingStatus.Serving, await Next(watch));
    }

    [Fact]
    public async Task Watch_of_an_unknown_service_says_so_and_stays()
    {
        await using var server = await Start();
        using var watch = new Health.HealthClient(server.Channel()).Watch(new HealthCheckRequest { Service = "nobody" }, deadline: DeadlineIn(20));
        Assert.Equal(ServingStatus.ServiceUnknown, await Next(watch));
    }

    [Fact]
    public async Task A_server_that_stops_says_it_and_ends_the_watch()
    {
        var server = await Start();
        using var watch = new Health.HealthClient(server.Channel()).Watch(new HealthCheckRequest(), deadline: DeadlineIn(20));
        Assert.Equal(ServingStatus.Serving, await Next(watch));

        var stopping = server.Stop();
        Assert.Equal(ServingStatus.NotServing, await Next(watch));
        Assert.False(await watch.ResponseStream.MoveNext());
        await stopping;
        await server.DisposeAsync();
    }

    private static DateTime DeadlineIn(int seconds) => TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(seconds);

    private static async Task<ServingStatus> Next(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext());
        return watch.ResponseStream.Current.Status;
    }
}
