using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.ClientFactory;
using Intervision.StandIns.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.StandIns.Tests.Grpc;

public sealed class ClientFactoryTests
{
    private sealed class Naming(string name, ConcurrentQueue<string> log) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            log.Enqueue(name);
            return continuation(request, context);
        }
    }

    private sealed class FromServices(ConcurrentQueue<string> log) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            log.Enqueue("services");
            return continuation(request, context);
        }
    }

    [Fact]
    public async Task A_client_is_injected_with_its_interceptors_outermost_first()
    {
        await using var server = await EchoServer.Start();
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<ConcurrentQueue<string>>().AddTransient<FromServices>();
        services.AddGrpcClient<Echo.EchoClient>(options => options.Address = server.Address)
            .AddInterceptor(provider => new Naming("first", provider.GetRequiredService<ConcurrentQueue<string>>()))
            .AddInterceptor<FromServices>();
        await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });

        var client = provider.GetRequiredService<Echo.EchoClient>();

        Assert.Equal("injecté", (await client.SayAsync(new SayRequest { Text = "injecté" })).Text);
        Assert.Equal(["first", "services"], provider.GetRequiredService<ConcurrentQueue<string>>());
    }

    [Fact]
    public async Task Clients_of_one_name_share_a_channel_and_names_are_apart()
    {
        await using var server = await EchoServer.Start();
        var made = new ConcurrentQueue<string>();
        var services = new ServiceCollection();
        services.AddLogging();
        foreach (var name in (string[])["a", "b"])
            services.AddGrpcClient<Echo.EchoClient>(name, options => options.Address = server.Address).ConfigureChannel(_ => made.Enqueue(name));
        await using var provider = services.BuildServiceProvider();
        var factory = provider.GetRequiredService<GrpcClientFactory>();

        foreach (var name in (string[])["a", "b", "a", "a"])
            await factory.CreateClient<Echo.EchoClient>(name).SayAsync(new SayRequest { Text = name });

        Assert.Equal(["a", "b"], made);
    }

    [Fact]
    public async Task Call_credentials_come_from_the_scope_of_the_client()
    {
        await using var server = await EchoServer.Start();
        var services = new ServiceCollection();
        services.AddLogging().AddScoped(_ => new Caller { Token = "t0" });
        services.AddGrpcClient<Echo.EchoClient>(options => options.Address = server.Address)
            .ConfigureChannel(channel => channel.UnsafeUseInsecureChannelCallCredentials = true)
            .AddCallCredentials((_, metadata, provider) =>
            {
                metadata.Add("authorization", $"Bearer {provider.GetRequiredService<Caller>().Token}");
                return Task.CompletedTask;
            });
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().Token = "jeton";

        await scope.ServiceProvider.GetRequiredService<Echo.EchoClient>().SayAsync(new SayRequest { Text = "qui" });

        Assert.Equal("Bearer jeton", server.Seen.HeadersOf["qui"].GetValue("authorization"));
    }

    [Fact]
    public async Task A_client_without_address_says_which()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddGrpcClient<Echo.EchoClient>("perdu");
        await using var provider = services.BuildServiceProvider();
        var error = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<GrpcClientFactory>().CreateClient<Echo.EchoClient>("perdu"));
        Assert.Contains("perdu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deadline_and_cancellation_reach_the_server_behind_the_server()
    {
        await using var back = await EchoServer.Start();
        await using var front = await EchoServer.Start(
            services: services => services.AddGrpcClient<Echo.EchoClient>(options => options.Address = back.Address).EnableCallContextPropagation(),
            map: app => app.MapGrpcService<Relay>());
        using var giveUp = new CancellationTokenSource();
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(60);

        var call = new Front.FrontClient(front.Channel()).HangAsync(new HangRequest { Id = "relayed" }, deadline: deadline, cancellationToken: giveUp.Token);
        var seen = await back.Seen.Arrived("relayed").WaitAsync(TimeSpan.FromSeconds(20));
        Assert.InRange(seen, deadline.AddSeconds(-5), deadline.AddSeconds(5));

        await giveUp.CancelAsync();
        await back.Seen.Cancelled("relayed").WaitAsync(TimeSpan.FromSeconds(20));
        var ended = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Cancelled, ended.StatusCode);
    }

    [Fact]
    public async Task Outside_of_a_call_propagation_fails_unless_told_not_to()
    {
        await using var server = await EchoServer.Start();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddGrpcClient<Echo.EchoClient>("strict", options => options.Address = server.Address).EnableCallContextPropagation();
        services.AddGrpcClient<Echo.EchoClient>("lax", options => options.Address = server.Address)
            .EnableCallContextPropagation(options => options.SuppressContextNotFoundErrors = true);
        await using var provider = services.BuildServiceProvider();
        var factory = provider.GetRequiredService<GrpcClientFactory>();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await factory.CreateClient<Echo.EchoClient>("strict").SayAsync(new SayRequest()));
        Assert.Equal("lax", (await factory.CreateClient<Echo.EchoClient>("lax").SayAsync(new SayRequest { Text = "lax" })).Text);
    }

    private sealed class Caller
    {
        public string Token { get; set; } = "";
    }

    /// <summary>Passes the call on to the server behind, saying neither deadline nor token.</summary>
    private sealed class Relay(Echo.EchoClient behind) : Front.FrontBase
    {
        public override async Task<SayResponse> Hang(HangRequest request, ServerCallContext context) => await behind.HangAsync(request);
    }
}
