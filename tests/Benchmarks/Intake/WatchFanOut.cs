using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Net.Client;
using Intervision.Intake.V1;
using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Intake;

/// <summary>How fast a change reaches everybody who watches, and what a thousand of them cost the service.</summary>
/// <param name="P99Ms">From the call that makes the change to a subscriber's reading it, over all subscribers and changes.</param>
/// <param name="WorstMs">The same, the slowest of all: until the last subscriber knows.</param>
/// <param name="SubscribersMiB">Growth of the service's working set by the subscribers being there.</param>
/// <param name="MemoryMiB">The service's working set after the warm-up's changes after each further hundred and the last; goal: flat.</param>
internal sealed record WatchFanOut(int Subscribers, int Changes, double P50Ms, double P99Ms, double WorstMs, double SubscribersMiB, IReadOnlyList<double> MemoryMiB)
{
    public double GrowthMiB => MemoryMiB[^1] - MemoryMiB[0];

    public const string Method =
        "Subscribers are coordinators with a token and subject each, over as many HTTP/2 connections as the service's 100 streams per connection ask for; each change is a deposit, made when the one before has reached everybody.";

    private const int WarmUp = 10;

    /// <param name="address">Of the service, e.g. http://127.0.0.1:5102.</param>
    /// <param name="memoryMiB">The service's working set now.</param>
    /// <param name="change">Deposits one case.</param>
    public static async Task<WatchFanOut> Measure(string address, Func<double> memoryMiB, Func<Task> change, int subscribers = 1_000, int changes = 100)
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        var intake = new IntakeService.IntakeServiceClient(channel);
        var before = memoryMiB();
        using var done = new CancellationTokenSource();
        var round = new Round(subscribers);
        var watches = Enumerable.Range(0, subscribers).Select(i => Watch(intake, i, () => round, done.Token)).ToList();
        await Task.WhenAll(watches.Select(w => w.Begun));
        var latencies = new List<double>();
        var subscribed = memoryMiB();
        var memory = new List<double>();
        for (var i = 0; i < WarmUp + changes; i++)
        {
            round = new Round(subscribers);
            await change();
            var reached = await round.All.Task.WaitAsync(TimeSpan.FromSeconds(60));
            if (i >= WarmUp)
            {
                latencies.AddRange(reached);
            }

            if ((i + 1 - WarmUp) % 100 == 0 || i == WarmUp + changes - 1)
            {
                memory.Add(Math.Round(memoryMiB()));
            }
        }

        await done.CancelAsync();
        await Task.WhenAll(watches.Select(w => w.Ended));
        latencies.Sort();
        return new WatchFanOut(
            subscribers, changes, latencies[latencies.Count / 2], latencies[latencies.Count * 99 / 100], latencies[^1],
            Math.Round(subscribed - before), memory);
    }

    private static (Task Begun, Task Ended) Watch(IntakeService.IntakeServiceClient intake, int number, Func<Round> round, CancellationToken done)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return (begun.Task, Follow());

        async Task Follow()
        {
            using var call = intake.WatchCases(
                new WatchCasesRequest { ChangesOnly = true }, Tokens.As(Tokens.Coordinator($"coordinator-{number}@region")), cancellationToken: done);
            try
            {
                while (await call.ResponseStream.MoveNext(done))
                {
                    begun.TrySetResult();
                    if (call.ResponseStream.Current.Change is not null)
                    {
                        round().Told();
                    }
                }
            }
            catch (Exception) when (done.IsCancellationRequested)
            {
                // Measured.
            }
            catch (Exception failure)
            {
                begun.TrySetException(failure);
                throw;
            }
        }
    }

    /// <summary>One change on its way to everybody.</summary>
    private sealed class Round(int subscribers)
    {
        private readonly long start = Stopwatch.GetTimestamp();
        private readonly ConcurrentQueue<double> reached = [];
        private int told;

        public TaskCompletionSource<IReadOnlyCollection<double>> All { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Told()
        {
            reached.Enqueue(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (Interlocked.Increment(ref told) == subscribers)
            {
                All.TrySetResult(reached);
            }
        }
    }
}
