namespace Intervision.ServiceDefaults.Messaging;

/// <summary>Something done every so often, by whoever comes by; due at once the first time.</summary>
internal sealed class Schedule(TimeSpan every)
{
    private long? last;

    public bool IsDue => last is null || TimeProvider.System.GetElapsedTime(last.Value) >= every;

    public bool TakeIfDue()
    {
        if (!IsDue)
        {
            return false;
        }

        last = TimeProvider.System.GetTimestamp();
        return true;
    }
}
