using Xunit;

namespace Intervision.Tests.Support;

/// <summary>A clock that stands still; its one timer rings when the test turns it.</summary>
public sealed class HourGlass : TimeProvider
{
    private volatile Running? running;

    /// <summary>What it shows.</summary>
    public DateTimeOffset Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        running = new Running(() => callback(state), dueTime);

    public bool IsWaitedFor => running is not null;

    /// <summary>False while nobody waits.</summary>
    public bool Turn(TimeSpan waited)
    {
        if (running is not { } timer)
        {
            return false;
        }

        Assert.Equal(waited, timer.Due);
        timer.Ring();
        return true;
    }

    private sealed record Running(Action Ring, TimeSpan Due) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
