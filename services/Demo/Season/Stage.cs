using Grpc.Core;
using Intervision.Demo.Region;
using Intervision.Demo.Suite;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Demo.Season;

/// <summary>What every scene needs: the region, the suite, the people, and how to do a step once.</summary>
internal sealed record Stage(RegionData Region, SuiteClients Suite, Cast Cast, Quiescence Quiescence, Announcer Announcer)
{
    private static readonly ParallelOptions Bounded = new() { MaxDegreeOfParallelism = 8 };

    /// <summary>What different people do at once: enough of it to keep two cores busy, no more.</summary>
    public static Task Together<T>(IEnumerable<T> all, Func<T, Task> act) => Parallel.ForEachAsync(all, Bounded, async (one, _) => await act(one));

    public Metadata As(DevelopmentClaims who, DateTimeOffset now) => Cast.As(who, now);

    /// <summary>Wall-clock time of the simulated day, Europe/Paris.</summary>
    public static DateTimeOffset At(DateOnly day, int hour, int minute = 0, int second = 0) =>
        Paris.InstantOf(day, new TimeOnly(hour, minute, second));

    /// <summary>
    /// Does a step on the current state. Somebody else changed it: read again and once more. Already done under this
    /// request id by a demo that was stopped, on an older state: read what became of it.
    /// </summary>
    public static async Task<T> Step<T>(T current, Func<T, Task<T>> act, Func<Task<T>> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await act(current);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Aborted && attempt < 5)
            {
                current = await read();
            }
            catch (RpcException e) when (e.Reason() == "REQUEST_ID_REUSED")
            {
                return await read();
            }
        }
    }
}
