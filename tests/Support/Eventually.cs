using System.Diagnostics;

namespace Intervision.Tests.Support;

/// <summary>Waits for what becomes true, with a deadline and a description of what was seen instead; never sleeps blindly.</summary>
public static class Eventually
{
    /// <summary>Asks again every 10 ms (or as said) until the answer is accepted.</summary>
    public static async Task<T> Is<T>(Func<Task<T>> ask, Func<T, bool> accept, string what, TimeSpan? deadline = null, TimeSpan? every = null)
    {
        var limit = deadline ?? TimeSpan.FromSeconds(20);
        var clock = Stopwatch.StartNew();
        var probe = new PeriodicTimer(every ?? TimeSpan.FromMilliseconds(10));
        while (true)
        {
            var seen = await ask();
            if (accept(seen))
            {
                return seen;
            }

            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"Not within {limit}: {what}. Last seen: {seen}");
            }

            await probe.WaitForNextTickAsync();
        }
    }

    /// <inheritdoc cref="Is{T}"/>
    public static Task IsTrue(Func<Task<bool>> ask, string what, TimeSpan? deadline = null) => Is(ask, seen => seen, what, deadline);
}
