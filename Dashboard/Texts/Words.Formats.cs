using System.Globalization;

namespace Intervision.Dashboard.Texts;

/// <summary>Numbers and times as people of the language write them, in this machine's time zone.</summary>
internal sealed partial record Words
{
    public string Count(long number) => number.ToString("N0", Culture);

    /// <summary>About three digits, whatever the size.</summary>
    public string Amount(double value)
    {
        var size = Math.Abs(value);
        return value.ToString(size is 0 or >= 100 ? "N0" : size >= 10 ? "0.#" : size >= 1 ? "0.##" : size >= 0.001 ? "0.####" : "0.##E+0", Culture);
    }

    public string Percent(double share) => share.ToString("P0", Culture);

    /// <summary>Day and time to the second.</summary>
    public string Moment(DateTimeOffset at) => at.ToLocalTime().ToString(Code == "fr" ? "dd/MM/yyyy HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Time of the day to the millisecond.</summary>
    public static string Clock(DateTimeOffset at) => at.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public string Span(TimeSpan duration)
    {
        var (value, unit) = duration.TotalMicroseconds switch
        {
            < 1_000 => (duration.TotalMicroseconds, "µs"),
            < 1_000_000 => (duration.TotalMilliseconds, "ms"),
            < 120_000_000 => (duration.TotalSeconds, "s"),
            < 7_200_000_000 => (duration.TotalMinutes, "min"),
            < 172_800_000_000 => (duration.TotalHours, "h"),
            _ => (duration.TotalDays, Code == "fr" ? "j" : "d"),
        };
        return $"{Amount(value)} {unit}";
    }

    public string Bytes(double bytes)
    {
        var unit = Code == "fr" ? "o" : "B";
        return bytes switch
        {
            < 1_000 => $"{Amount(bytes)} {unit}",
            < 1_000_000 => $"{Amount(bytes / 1_000)} k{unit}",
            < 1_000_000_000 => $"{Amount(bytes / 1_000_000)} M{unit}",
            _ => $"{Amount(bytes / 1_000_000_000)} G{unit}",
        };
    }

    /// <summary>With its unit as OpenTelemetry writes it: seconds and bytes in the size that suits, <c>{event}</c> left out.</summary>
    public string Measured(double value, string unit) =>
        unit is "s" && Math.Abs(value) is > 0 and < 1e9 ? (value < 0 ? "−" : "") + Span(TimeSpan.FromSeconds(Math.Abs(value)))
        : unit is "ms" && Math.Abs(value) is > 0 and < 1e12 ? (value < 0 ? "−" : "") + Span(TimeSpan.FromMilliseconds(Math.Abs(value)))
        : unit is "By" && value >= 0 ? Bytes(value)
        : unit.Length == 0 || unit == "1" || unit[0] == '{' ? Amount(value)
        : $"{Amount(value)} {unit}";
}
