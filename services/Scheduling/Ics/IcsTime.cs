using System.Globalization;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Ics;

/// <summary>Instants as iCalendar writes them (RFC 5545 §3.3.5).</summary>
internal static class IcsTime
{
    public const string Zone = "Europe/Paris";
    private const string Civil = "yyyyMMdd'T'HHmmss";
    private const string Universal = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>20260901T101500Z</summary>
    public static string Utc(DateTimeOffset instant) => instant.UtcDateTime.ToString(Universal, CultureInfo.InvariantCulture);

    /// <summary>
    /// A line with the wall-clock time in Paris, so that it stays at half past twelve whatever is decided about summer time.
    /// In the hour that autumn repeats a civil time means the first of the two (RFC 5545 §3.3.5), but not to every program:
    /// there the instant is said in UTC.
    /// </summary>
    public static IcsProperty Line(string name, DateTimeOffset instant)
    {
        var civil = CivilOf(instant);
        return civil == CivilOf(instant.AddHours(1)) || civil == CivilOf(instant.AddHours(-1))
            ? new IcsProperty(name, Utc(instant))
            : new IcsProperty(name, civil.ToString(Civil, CultureInfo.InvariantCulture), new IcsParameter("TZID", Zone));
    }

    /// <summary>An instant in UTC; null when it is none.</summary>
    public static DateTimeOffset? ParseUtc(string? value) =>
        DateTimeOffset.TryParseExact(
            value, Universal, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : null;

    /// <summary>
    /// The zone as mail programs want it spelt out (DOMAIN §9): the rule in force since 1996, which holds for every session
    /// there can be.
    /// </summary>
    public static readonly IcsComponent TimeZone = new(
        "VTIMEZONE",
        [new IcsProperty("TZID", Zone)],
        Rule("DAYLIGHT", "+0100", "+0200", "CEST", "19700329T020000", 3),
        Rule("STANDARD", "+0200", "+0100", "CET", "19701025T030000", 10));

    private static DateTime CivilOf(DateTimeOffset instant) => Paris.DateOf(instant).ToDateTime(Paris.TimeOf(instant));

    private static IcsComponent Rule(string name, string from, string to, string called, string since, int month) => new(
        name,
        [
            new IcsProperty("TZOFFSETFROM", from),
            new IcsProperty("TZOFFSETTO", to),
            new IcsProperty("TZNAME", called),
            new IcsProperty("DTSTART", since),
            new IcsProperty("RRULE", $"FREQ=YEARLY;BYMONTH={month};BYDAY=-1SU"),
        ]);
}
