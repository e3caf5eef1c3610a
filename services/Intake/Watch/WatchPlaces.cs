using System.Diagnostics.Metrics;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Watch;

/// <summary>
/// How many watch at once: <c>Intake:Watch:Streams</c> in this process (2,000), <c>Intake:Watch:StreamsPerCaller</c> (10).
/// </summary>
internal sealed class WatchPlaces(IConfiguration configuration)
{
    private static readonly UpDownCounter<int> Open =
        new Meter("Intervision.Intake").CreateUpDownCounter<int>("intervision.intake.watch.streams", "{stream}", "Watches that are open");

    private readonly int most = configuration.GetValue("Intake:Watch:Streams", 2_000);
    private readonly int mostPerCaller = configuration.GetValue("Intake:Watch:StreamsPerCaller", 10);
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);
    private int all;

    /// <summary>A place, until disposed of.</summary>
    /// <exception cref="RuleBroken">RESOURCE_EXHAUSTED/TOO_MANY_WATCHES.</exception>
    public IDisposable Take(string subject)
    {
        lock (gate)
        {
            var own = taken.GetValueOrDefault(subject);
            if (own >= mostPerCaller || all >= most)
            {
                throw RuleBroken.TooMuch(
                    "TOO_MANY_WATCHES", "Trop de suivis sont ouverts en même temps : fermez-en, ou revenez plus tard.", TimeSpan.FromSeconds(30));
            }

            taken[subject] = own + 1;
            all++;
        }

        Open.Add(1);
        return new Place(this, subject);
    }

    private void Leave(string subject)
    {
        lock (gate)
        {
            all--;
            if (--taken[subject] == 0)
            {
                taken.Remove(subject);
            }
        }

        Open.Add(-1);
    }

    private sealed class Place(WatchPlaces places, string subject) : IDisposable
    {
        public void Dispose() => places.Leave(subject);
    }
}
