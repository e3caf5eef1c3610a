using System.Globalization;
using Intervision.Membership.V1;

namespace Intervision.Membership.Places;

/// <summary>When a pôle meets, in words: « chaque mois, le mardi à 12 h 30 ».</summary>
internal static class RhythmInFrench
{
    public static string Of(Rhythm rhythm, Weekday weekday, TimeOnly? start)
    {
        var slot = Slot(weekday, start);
        return (HowOften(rhythm), slot) switch
        {
            ("", _) => slot,
            (var often, "") => often,
            var (often, _) => $"{often}, {slot}",
        };
    }

    private static string HowOften(Rhythm rhythm) => rhythm switch
    {
        Rhythm.Monthly => "chaque mois",
        Rhythm.EverySixWeeks => "toutes les six semaines",
        Rhythm.EveryTwoMonths => "tous les deux mois",
        Rhythm.Quarterly => "chaque trimestre",
        Rhythm.OnDemand => "à la demande",
        _ => "",
    };

    private static string Slot(Weekday weekday, TimeOnly? start) => (Day(weekday), start) switch
    {
        ("", null) => "",
        ("", { } time) => $"à {Hour(time)}",
        (var day, null) => $"le {day}",
        var (day, time) => $"le {day} à {Hour(time.Value)}",
    };

    private static string Day(Weekday weekday) => weekday switch
    {
        Weekday.Monday => "lundi",
        Weekday.Tuesday => "mardi",
        Weekday.Wednesday => "mercredi",
        Weekday.Thursday => "jeudi",
        Weekday.Friday => "vendredi",
        Weekday.Saturday => "samedi",
        Weekday.Sunday => "dimanche",
        _ => "",
    };

    /// <summary>9 h, 12 h 30.</summary>
    private static string Hour(TimeOnly time) =>
        time.Minute == 0 ? $"{time.Hour} h" : string.Create(CultureInfo.InvariantCulture, $"{time.Hour} h {time.Minute:00}");
}
