using System.Globalization;

namespace Intervision.Intake;

/// <summary>
/// Quarters by their first day. Counts are told, and cases published, for whole ones: periods that differ by a few days
/// would tell of single cases.
/// </summary>
internal static class Quarters
{
    /// <summary>Whether a quarter begins on this day.</summary>
    public static bool Begins(DateOnly? day) => day is { } said && Of(said) == said;

    /// <summary>The quarter a day is in.</summary>
    public static DateOnly Of(DateOnly day) => new(day.Year, ((day.Month - 1) / 3 * 3) + 1, 1);

    /// <summary>The first one that begins on the day or after it.</summary>
    public static DateOnly FromDay(DateOnly day) => Of(day) is var quarter && quarter == day ? day : quarter.AddMonths(3);

    /// <summary>2026-Q4.</summary>
    public static string Text(DateOnly quarter) => string.Create(CultureInfo.InvariantCulture, $"{quarter.Year}-Q{((quarter.Month - 1) / 3) + 1}");

    /// <summary>Null when it is none.</summary>
    public static DateOnly? Parse(string text) =>
        text is [_, _, _, _, '-', 'Q', >= '1' and <= '4'] && int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year > 0
            ? new DateOnly(year, ((text[6] - '1') * 3) + 1, 1)
            : null;
}
