namespace Intervision.Scheduling.Calendar;

/// <summary>Warnings that a session owes to its date: they go when it moves. Others stay.</summary>
internal static class DateWarnings
{
    public const string NoConvention = "Pas de convention en vigueur avec la structure d'accueil à cette date.";
    public const string PreparatoryMeetingTooFar = "La réunion préparatoire n'est plus dans les sept jours qui précèdent : elle est à refaire.";
    private const string SchoolHolidayIs = "Vacances scolaires (zone B) : ";
    private const string ShiftedFrom = "Décalée du ";
    private const string NoAvailability = "Aucune disponibilité donnée à cette date pour la situation n° ";

    private static readonly string[] OfDate = [NoConvention, PreparatoryMeetingTooFar, SchoolHolidayIs, ShiftedFrom, NoAvailability];

    public static string SchoolHoliday(string name) => $"{SchoolHolidayIs}{name}.";

    public static string Shifted(DateOnly from, string why) => $"{ShiftedFrom}{from:dd/MM/yyyy} : {why}";

    /// <summary>By its number on the agenda: a code would outlive the erasure of its case.</summary>
    public static string Unavailable(int position) => $"{NoAvailability}{position}.";

    public static IReadOnlyList<string> Renewed(IEnumerable<string> old, IEnumerable<string> ofNewDate) =>
        [.. old.Where(w => !OfDate.Any(start => w.StartsWith(start, StringComparison.Ordinal))), .. ofNewDate];
}
