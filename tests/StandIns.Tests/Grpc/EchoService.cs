using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Intervision.StandIns.Tests.Protos;

namespace Intervision.StandIns.Tests.Grpc;

/// <summary>What the server saw, for the test to look at.</summary>
public sealed class Seen
{
    public ConcurrentDictionary<string, Metadata> HeadersOf { get; } = [];
    public ConcurrentDictionary<string, TaskCompletionSource<DateTime>> Hanging { get; } = [];
    public ConcurrentDictionary<string, TaskCompletionSource> GivenUp { get; } = [];
    public ConcurrentQueue<string> Intercepted { get; } = [];

    /// <summary>Completes with the deadline the server saw once the call of that id has arrived.</summary>
    public Task<DateTime> Arrived(string id) => Hanging.GetOrAdd(id, _ => new()).Task;

    /// <summary>Completes once the server knows that the caller of that id gave up.</summary>
    public Task Cancelled(string id) => GivenUp.GetOrAdd(id, _ => new()).Task;
}

public sealed class EchoService(Seen seen) : Echo.EchoBase
{
    public override async Task<SayResponse> Say(SayRequest request, ServerCallContext context)
    {
        seen.HeadersOf[request.Text] = context.RequestHeaders;
        await context.WriteResponseHeadersAsync(new Metadata { { "echo", "header" }, { "echo-bin", [0, 255, 7] } });
        context.ResponseTrailers.Add("echo-trailer", "trailer");
        return new SayResponse { Text = request.Text };
    }

    public override async Task Count(CountRequest request, IServerStreamWriter<SayResponse> responseStream, ServerCallContext context)
    {
        for (var i = 1; i <= request.To; i++)
            await responseStream.WriteAsync(new SayResponse { Text = i.ToString(CultureInfo.InvariantCulture) }, context.CancellationToken);
    }

    public override async Task<SumResponse> Sum(IAsyncStreamReader<SayRequest> requestStream, ServerCallContext context)
    {
        var sum = new SumResponse();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            sum.Messages++;
            sum.Characters += request.Text.Length;
        }
        return sum;
    }

    public override async Task Talk(IAsyncStreamReader<SayRequest> requestStream, IServerStreamWriter<SayResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(new SayResponse { Text = request.Text });
    }

    public override Task<Empty> Nothing(Empty request, ServerCallContext context) => Task.FromResult(request);

    public override Task<SayResponse> Fail(FailRequest request, ServerCallContext context)
    {
        if (request.Code < 0)
            throw new InvalidOperationException("not the caller's business");
        var trailers = new Metadata { { "grpc-status-details-bin", request.Details.ToByteArray() } };
        throw new RpcException(new Status((StatusCode)request.Code, request.Detail), trailers);
    }

    public override async Task<SayResponse> Hang(HangRequest request, ServerCallContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.CancellationToken.Register(gone.SetResult);
        seen.Hanging.GetOrAdd(request.Id, _ => new()).TrySetResult(context.Deadline);
        await gone.Task;
        seen.GivenUp.GetOrAdd(request.Id, _ => new()).TrySetResult();
        throw new RpcException(Status.DefaultCancelled);
    }
}
