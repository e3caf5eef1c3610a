using System.Collections.Concurrent;

namespace Aspire.Hosting.Processes;

/// <summary>
/// The one thread that starts processes. Linux sends a child its parent-death signal when the *thread* that
/// started it ends, and a thread of the pool may end at any time and take a healthy service with it.
/// </summary>
internal sealed class ChildThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    public ChildThread() => new Thread(Loop) { IsBackground = true, Name = "child processes" }.Start();

    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    public void Dispose() => _work.CompleteAdding();

    private void Loop()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
