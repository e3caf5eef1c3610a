using System.Diagnostics;
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
        .. Region.Rows("requests.csv").Where(r => r["urgent"] != "1").Select(r => (Region.Request(r), Tokens.As(Region.Depositor(r)))),
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
        // A connection carries a hundred streams at once.
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
}
