using Google.Protobuf.WellKnownTypes;
using Google.Type;
using NodaTime;

namespace Intervision.ServiceDefaults.Time;

/// <summary>Civil time in Europe/Paris (DOMAIN §7). Instants are UTC <see cref="DateTimeOffset"/>, dates <see cref="DateOnly"/>.</summary>
public static class Paris
{
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["Europe/Paris"];

    /// <summary>The civil date in Paris at an instant.</summary>
    public static DateOnly DateOf(DateTimeOffset instant) =>
        Instant.FromDateTimeOffset(instant).InZone(Zone).Date.ToDateOnly();

    /// <summary>The wall-clock time in Paris at an instant.</summary>
    public static TimeOnly TimeOf(DateTimeOffset instant) =>
        Instant.FromDateTimeOffset(instant).InZone(Zone).TimeOfDay.ToTimeOnly();

    /// <summary>
    /// The instants at which clocks show this time: none in the hour that the spring change leaves out, two in the one that
    /// the autumn change repeats, else one.
    /// </summary>
    public static IReadOnlyList<DateTimeOffset> InstantsOf(DateOnly date, TimeOnly time)
    {
        var mapping = Zone.MapLocal(LocalDate.FromDateOnly(date) + LocalTime.FromTimeOnly(time));
        return mapping.Count switch
        {
            0 => [],
            1 => [mapping.Single().ToDateTimeOffset().ToUniversalTime()],
            _ => [mapping.First().ToDateTimeOffset().ToUniversalTime(), mapping.Last().ToDateTimeOffset().ToUniversalTime()],
        };
    }

    /// <summary>
    /// The instant of a wall-clock time. A time that the spring change leaves out is pushed forward by the gap; of the
    /// two that the autumn change repeats, the first is meant.
    /// </summary>
    public static DateTimeOffset InstantOf(DateOnly date, TimeOnly time) =>
        Zone.AtLeniently(LocalDate.FromDateOnly(date) + LocalTime.FromTimeOnly(time)).ToInstant().ToDateTimeOffset();
}

/// <summary>Between the wire's civil types and .NET's.</summary>
public static class CivilTypes
{
    public static Date ToProto(this DateOnly date) => new() { Year = date.Year, Month = date.Month, Day = date.Day };

    /// <summary>Null when absent or not a date of the calendar.</summary>
    public static DateOnly? ToDate(this Date? date) =>
        date is { Year: >= 1 and <= 9999, Month: >= 1 and <= 12 } && date.Day >= 1 && date.Day <= System.DateTime.DaysInMonth(date.Year, date.Month)
            ? new DateOnly(date.Year, date.Month, date.Day)
            : null;

    public static Google.Type.TimeOfDay ToProto(this TimeOnly time) => new() { Hours = time.Hour, Minutes = time.Minute, Seconds = time.Second };

    /// <summary>Null when absent or not a time of day.</summary>
    public static TimeOnly? ToTime(this Google.Type.TimeOfDay? time) =>
        time is { Hours: >= 0 and < 24, Minutes: >= 0 and < 60, Seconds: >= 0 and < 60 }
            ? new TimeOnly(time.Hours, time.Minutes, time.Seconds)
            : null;

    public static Timestamp ToProto(this DateTimeOffset instant) => Timestamp.FromDateTimeOffset(instant);
}
