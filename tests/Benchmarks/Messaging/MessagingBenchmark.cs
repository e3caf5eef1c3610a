using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Messaging;

/// <summary>The figures of issue 2, "Numbers", by the method of PLATFORM §5: all on the same cores, in one run.</summary>
/// <param name="DrainRowsPerSecond">Rows of a full outbox confirmed by the broker, moved to published events, and applied once and in order by the watermark inbox, per second of the whole.</param>
/// <param name="DrainWithEffectRowsPerSecond">The same where the handler of each event writes a row by a statement of its own.</param>
/// <param name="RelayOnlyRowsPerSecond">Without a consumer.</param>
/// <param name="RawPublishPerSecond">The bare client: same messages, tracked confirms, window of the relay's batch.</param>
/// <param name="P50Ms">Commit to effect in the consumer's database, at 100 events a second.</param>
/// <param name="SaturationPerSecond">32 writers, relay, inbox and servers together: events committed and applied per second.</param>
internal sealed record MessagingFigures(
    double DrainRowsPerSecond,
    double DrainWithEffectRowsPerSecond,
    double RelayOnlyRowsPerSecond,
    double RawPublishPerSecond,
    double DrainToRaw,
    double P50Ms,
    double P99Ms,
    double SaturationPerSecond,
    long Lost,
    long DuplicatedEffects,
    long OutOfOrder,
    string Method);

internal static class MessagingBenchmark
{
    private const int DrainRows = 40_000;
    private const int Aggregates = 2_000;
    private const int Rounds = 3;
    private const string Method =
        "Private PostgreSQL 15 (fsync on) and RabbitMQ (quorum queues) on this machine's cores, one database for who says and one for who hears, together with writers, relay and consumer in one process. "
        + "Drain: 40,000 rows of about 500 bytes of 2,000 aggregates written before relay and consumer start; the handler's effect is a note in memory (WithEffect: a row by a statement of its own); median of 3 rounds. "
        + "Raw: RabbitMQ.Client, one channel, tracked confirms, a sliding window of 500, 40,000 messages of the same size to the same exchange, three bound quorum queues, nobody reading; median of 3. Each begins when the broker is quiet. "
        + "Latency: 3,000 events at 100/s, from the return of the commit to the commit of the effect. "
        + "Saturation: 32 writers for 10 s, one transaction with one event each, until the last is applied. "
        + "Lost, duplicated and out of order are counted over all rounds from the effects.";

    public static async Task<MessagingFigures> Run()
    {
        await using var postgres = await TestPostgres.StartNew(durable: true);
        await using var broker = await TestBroker.StartNew();
        var (raws, relays, drains, writtens) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var audit = new Audit();
        for (var round = 1; round <= Rounds; round++)
        {
            raws.Add(Say($"raw publish {round}", await RawPublish.Measure(broker, DrainRows)));
            relays.Add(Say($"relay only {round}", await Drain.Measure(postgres, broker, DrainRows, Aggregates, audit, Until.Published)));
            drains.Add(Say($"drain with inbox {round}", await Drain.Measure(postgres, broker, DrainRows, Aggregates, audit, Until.Applied)));
            writtens.Add(Say($"drain with a row each {round}", await Drain.Measure(postgres, broker, DrainRows, Aggregates, audit, Until.Written)));
        }

        var (p50, p99) = await Latency.Measure(postgres, broker, perSecond: 100, seconds: 30, audit);
        Say("p50 ms", p50);
        Say("p99 ms", p99);
        var saturation = Say("saturation", await Saturation.Measure(postgres, broker, writers: 32, TimeSpan.FromSeconds(10), audit));
        var (raw, relay, drain, written) = (Median(raws), Median(relays), Median(drains), Median(writtens));
        return new MessagingFigures(
            Math.Round(drain), Math.Round(written), Math.Round(relay), Math.Round(raw), Math.Round(drain / raw, 3), Math.Round(p50, 2), Math.Round(p99, 2), Math.Round(saturation),
            audit.Lost, audit.DuplicatedEffects, audit.OutOfOrder, Method);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double Say(string what, double value)
    {
        Console.WriteLine($"{what,-26} {value,12:N1}");
        return value;
    }
}
