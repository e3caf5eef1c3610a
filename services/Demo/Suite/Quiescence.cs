using Intervision.Operations.V1;

namespace Intervision.Demo.Suite;

/// <summary>
/// Waits until what one service has said was applied by another: asks both how far they are, and never sleeps for a
/// guess. What a service says while we wait is not waited for.
/// </summary>
internal sealed class Quiescence(SuiteClients suite, Cast cast, Announcer announcer, TimeProvider time)
{
    public static readonly string[] Services = ["membership", "intake", "scheduling", "indemnisation"];

    /// <summary>Until <paramref name="consumer"/> has applied all that <paramref name="source"/> has said by now.</summary>
    public async Task Heard(string consumer, string source)
    {
        var said = (await Status(source)).AppendedEvents;
        var since = time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(4); ; pause = pause < TimeSpan.FromMilliseconds(250) ? pause * 1.5 : pause)
        {
            var inbox = (await Status(consumer)).Inboxes.FirstOrDefault(i => i.Queue == $"{consumer}.{source}");
            // A service that does not listen to the other has nothing to hear.
            if (inbox is null || inbox.AppliedEvents >= said)
            {
                announcer.IsBack($"{consumer}.{source}");
                return;
            }

            if (time.GetElapsedTime(since) > Patience.Limit)
            {
                throw new GivenUp($"{consumer} n'a appliqué que {inbox.AppliedEvents} des {said} événements de {source} ({inbox.ParkedEvents} mis de côté).");
            }

            if (time.GetElapsedTime(since) > TimeSpan.FromSeconds(3))
            {
                announcer.WaitsFor($"{consumer}.{source}", $"{consumer} a encore {said - inbox.AppliedEvents} événements de {source} à appliquer, on attend…");
            }

            await Task.Delay(pause, time);
        }
    }

    /// <summary>Until everybody has heard everybody; effects of effects included.</summary>
    public async Task Everywhere()
    {
        long before;
        var now = await Said();
        do
        {
            before = now;
            foreach (var (consumer, source) in Services.SelectMany(c => Services.Where(s => s != c).Select(s => (c, s))))
            {
                await Heard(consumer, source);
            }

            now = await Said();
        }
        while (now != before);
    }

    public async Task<GetMessagingStatusResponse> Status(string service) =>
        await suite.Operations(service).GetMessagingStatusAsync(new GetMessagingStatusRequest(), cast.As(Cast.Coordinator, time.GetUtcNow()));

    private async Task<long> Said()
    {
        var statuses = await Task.WhenAll(Services.Select(Status));
        return statuses.Sum(s => s.AppendedEvents);
    }
}
