using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.Tests;
using Intervision.Intake.V1;
using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Intake;

/// <summary>Requests of the sample region, each time under a new request id and number, sent by who would send them.</summary>
internal sealed class Deposits
{
    private readonly (SubmitCaseRequest Request, Metadata Headers)[] samples =
    [
        .. Region.Rows("requests.csv").Where(r => r["urgent"] != "1").Select(r => (Region.RequestToday(r), Tokens.As(Region.Depositor(r)))),
    ];

    private int sent;

    public int Sent => Volatile.Read(ref sent);

    public (SubmitCaseRequest Request, Metadata Headers) Next()
    {
        var n = Interlocked.Increment(ref sent);
        var (sample, headers) = samples[n % samples.Length];
        var request = sample.Clone();
        request.RequestId = Guid.CreateVersion7().ToString();
        request.ExternalId = $"B-{n}";
        return (request, headers);
    }

    /// <summary>So many callers, each depositing as soon as the last one is answered.</summary>
    /// <returns>Deposits answered per second.</returns>
    public async Task<double> PerSecond(IntakeProcess intake, int callers, TimeSpan duration)
    {
        var address = new Uri(intake.Process.Address);
        var parts = samples.Select(s => Parts(address, s.Request, s.Headers)).ToArray();
        var clock = Stopwatch.StartNew();
        // A connection carries a hundred streams at once.
        var connections = (callers + 63) / 64;
        var answered = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var waiting = new Http2Callers(address, callers / connections, () => Fresh(parts));
                return waiting.Run(() => clock.Elapsed < duration);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return answered.Sum() / clock.Elapsed.TotalSeconds;
    }

    /// <summary>The same by gRPC's client for .NET, which costs this machine several times as much as these callers do.</summary>
    public async Task<double> PerSecondByClient(IntakeProcess intake, int callers, TimeSpan duration)
    {
        var connections = Enumerable.Range(0, (callers + 63) / 64).Select(_ => intake.Connect()).ToList();
        var clock = Stopwatch.StartNew();
        var answered = await Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(async () =>
        {
            var client = connections[i % connections.Count].Intake;
            var count = 0;
            while (clock.Elapsed < duration)
            {
                var (request, headers) = Next();
                await client.SubmitCaseAsync(request, headers);
                count++;
            }

            return count;
        })));
        var rate = answered.Sum() / clock.Elapsed.TotalSeconds;
        connections.ForEach(c => c.Channel.Dispose());
        return rate;
    }

    private static (byte[] Headers, byte[] Message) Parts(Uri address, SubmitCaseRequest sample, Metadata headers)
    {
        var bare = sample.Clone();
        (bare.RequestId, bare.ExternalId) = ("", "");
        return (Http2Callers.Headers(address, "/intervision.intake.v1.IntakeService/SubmitCase", headers.GetValue("authorization")!), bare.ToByteArray());
    }

    /// <summary>A sample with its own two fields behind the others: the order of fields is free.</summary>
    private (byte[] Headers, byte[] Message) Fresh((byte[] Headers, byte[] Message)[] parts)
    {
        var n = Interlocked.Increment(ref sent);
        var (headers, message) = parts[n % parts.Length];
        var own = new SubmitCaseRequest { RequestId = Guid.CreateVersion7().ToString(), ExternalId = $"B-{n}" };
        var whole = new byte[message.Length + own.CalculateSize()];
        message.CopyTo(whole, 0);
        own.WriteTo(whole.AsSpan(message.Length));
        return (headers, whole);
    }
}
