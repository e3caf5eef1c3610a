using System.Globalization;
using Intervision.Intake.Indicators;

namespace Intervision.Intake.Alerts;

/// <summary>
/// How a count of situations is told: never the number. Fewer than five are "&lt;5", none included; more are told as bands
/// of five, so that two counts of overlapping groups do not give a small third one by subtraction (ADR 0017).
/// </summary>
internal static class CountShown
{
    public const string Small = "<5";
    public const string FiveOrMore = "5 ou plus";

    /// <param name="count">Situations of the place and time that bear the theme.</param>
    /// <param name="base">Situations of the place and time.</param>
    public static string Of(long count, long @base)
    {
        if (count < SmallCells.Threshold)
        {
            return Small;
        }

        // Whoever knows how many there are in all would know of each that it very probably bears the theme.
        if (@base - count < SmallCells.Threshold)
        {
            return FiveOrMore;
        }

        return BandOf(count);
    }

    /// <summary>10 à 14.</summary>
    public static string BandOf(long count)
    {
        var low = count - (count % SmallCells.Threshold);
        return string.Create(CultureInfo.InvariantCulture, $"{low} à {low + SmallCells.Threshold - 1}");
    }
}
