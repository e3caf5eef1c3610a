using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Intervision.StandIns.Tests.Protos;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.StandIns.Tests.Grpc;

public sealed class InterceptorTests
{
    /// <summary>Notes each call it stands around, on whichever side, and adds a header on the way out.</summary>
    private sealed class Noting(string name, ConcurrentQueue<string> log) : Interceptor
    {
        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
            continuation(request, Note(context));

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
            continuation(request, Note(context));

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
            continuation(request, Note(context));

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
            continuation(Note(context));

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
            continuation(Note(context));

        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            continuation(request, Note(context));

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
            continuation(requestStream, Note(context));

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
            continuation(request, responseStream, Note(context));

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
            continuation(requestStream, responseStream, Note(context));

        private ClientInterceptorContext<TRequest, TResponse> Note<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
            where TRequest : class where TResponse : class
        {
            log.Enqueue($"{name} {context.Method.Name}");
            var headers = new Metadata();
            foreach (var header in context.Options.Headers ?? [])
                headers.Add(header);
            headers.Add("by", name);
            return new(context.Method, context.Host, context.Options.WithHeaders(headers));
        }

        private ServerCallContext Note(ServerCallContext context)
        {
            log.Enqueue($"{name} {context.Method.Split('/')[^1]} by {context.RequestHeaders.GetValue("by")}");
            return context;
        }
    }

    [Fact]
    public async Task Interceptors_stand_around_each_kind_of_call_on_both_sides()
    {
        var log = new ConcurrentQueue<string>();
        await using var server = await EchoServer.Start(
            grpc => grpc.Interceptors.Add<Noting>("server"),
            services => services.AddSingleton(log));
        var client = new Echo.EchoClient(server.Channel().Intercept(new Noting("outer", log), new Noting("inner", log)));

        client.Say(new SayRequest());
        await client.SayAsync(new SayRequest());
        using (var count = client.Count(new CountRequest { To = 1 }))
            Assert.True(await count.ResponseStream.MoveNext());
        using (var sum = client.Sum())
        {
            await sum.RequestStream.CompleteAsync();
            await sum;
        }
        using (var talk = client.Talk())
        {
            await talk.RequestStream.CompleteAsync();
            Assert.False(await talk.ResponseStream.MoveNext());
        }

        Assert.Equal(
            ((string[])["Say", "Say", "Count", "Sum", "Talk"])
                .SelectMany(method => (string[])[$"outer {method}", $"inner {method}", $"server {method} by outer, inner"]),
            log);
    }

    [Fact]
    public async Task A_server_interceptor_turns_an_exception_into_a_status()
    {
        await using var server = await EchoServer.Start(grpc => grpc.Interceptors.Add<Translating>());
        var failed = await Assert.ThrowsAsync<RpcException>(async () => await server.Client().FailAsync(new FailRequest { Code = -1 }));
        Assert.Equal((StatusCode.Internal, "incident"), (failed.StatusCode, failed.Status.Detail));
    }

    private sealed class Translating : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            try
            {
                return await continuation(request, context);
            }
            catch (InvalidOperationException)
            {
                throw new RpcException(new Status(StatusCode.Internal, "incident"));
            }
        }
    }
}
