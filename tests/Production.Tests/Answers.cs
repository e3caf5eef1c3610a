using System.Collections.Concurrent;
using System.Diagnostics;

namespace Intervision.Production.Tests;

/// <summary>Calls of this test process that were answered, by the port that answered.</summary>
internal sealed class Answers : IDisposable
{
    private readonly ActivityListener listener;
    private ConcurrentDictionary<int, int> counts = new();

    public Answers()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("server.address") is string host && host == Loopback.Host && activity.GetTagItem("server.port") is int port && activity.GetTagItem("http.response.status_code") is 200)
                {
                    counts.AddOrUpdate(port, 1, (_, before) => before + 1);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    public int From(int port) => counts.GetValueOrDefault(port);

    public void Forget() => counts = new();

    public void Dispose() => listener.Dispose();
}
