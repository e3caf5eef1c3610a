namespace Intervision.Scheduling.Calendar;

/// <summary>The eleven legal holidays (Code du travail L3133-1; DOMAIN §7), so that no season depends on a list being loaded.</summary>
internal static class PublicHolidays
{
    public static IReadOnlyDictionary<DateOnly, string> Of(int year)
    {
        var easter = Easter(year);
        return new Dictionary<DateOnly, string>
        {
            [new(year, 1, 1)] = "Jour de l'an",
            [easter.AddDays(1)] = "Lundi de Pâques",
            [new(year, 5, 1)] = "Fête du travail",
            // Ascension falls on 1 or 8 May in some years: the indexer keeps one name.
            [new(year, 5, 8)] = "Victoire 1945",
            [easter.AddDays(39)] = "Ascension",
            [easter.AddDays(50)] = "Lundi de Pentecôte",
            [new(year, 7, 14)] = "Fête nationale",
            [new(year, 8, 15)] = "Assomption",
            [new(year, 11, 1)] = "Toussaint",
            [new(year, 11, 11)] = "Armistice 1918",
            [new(year, 12, 25)] = "Noël",
        };
    }

    /// <summary>Gregorian Easter Sunday, Meeus/Butcher.</summary>
    public static DateOnly Easter(int year)
    {
        var (a, b, c) = (year % 19, year / 100, year % 100);
        var (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
        var g = (b - f + 1) / 3;
        var h = ((19 * a) + b - d - g + 15) % 30;
        var (i, k) = (c / 4, c % 4);
        var l = (32 + (2 * e) + (2 * i) - h - k) % 7;
        var m = (a + (11 * h) + (22 * l)) / 451;
        var n = h + l - (7 * m) + 114;
        return new DateOnly(year, n / 31, (n % 31) + 1);
    }
}
