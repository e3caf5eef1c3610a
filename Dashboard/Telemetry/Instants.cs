namespace Intervision.Dashboard.Telemetry;

/// <summary>Nanoseconds since 1970, as OTLP counts and as the store keeps them.</summary>
internal static class Instants
{
    public const long Second = 1_000_000_000;
    private const long Earlier = 24 * 3600 * Second;
    private const long Later = 600 * Second;

    /// <summary>
    /// What a sender's clock says is believed from a day before arrival to ten minutes after it. Else the time of arrival is
    /// taken: one clock in 1970 must not hide what it says at the end of every list, nor stretch a picture over centuries.
    /// </summary>
    public static bool IsBelievable(ulong claimed, long arrival) =>
        claimed <= long.MaxValue && (long)claimed >= arrival - Earlier && (long)claimed <= arrival + Later;

    /// <summary>As a signed number, at its bound when it does not fit.</summary>
    public static long Claimed(ulong claimed) => claimed > long.MaxValue ? long.MaxValue : (long)claimed;

    public static long Of(DateTimeOffset time) => checked((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100);

    /// <summary>The bound of a query: times that do not fit in nanoseconds are before or after all that is stored.</summary>
    public static long Bound(DateTimeOffset time) => time.Year < 1970 ? 0 : time.Year > 2261 ? long.MaxValue : Of(time);

    public static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);

    public static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
