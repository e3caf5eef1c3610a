namespace Intervision.Scheduling.Calendar;

/// <summary>A school holiday of zone B; <paramref name="ReturnDate"/> is back to class, the first day after.</summary>
internal sealed record SchoolHoliday(string DisplayName, DateOnly FirstDate, DateOnly ReturnDate)
{
    public bool Contains(DateOnly date) => date >= FirstDate && date < ReturnDate;
}

/// <summary>Legal holidays (computed), further days without sessions and school holidays (as given).</summary>
internal sealed record Holidays(IReadOnlyDictionary<DateOnly, string> Days, IReadOnlyList<SchoolHoliday> School)
{
    public static readonly Holidays LegalOnly = new(new Dictionary<DateOnly, string>(), []);

    /// <summary>Its French name, or null on an ordinary day.</summary>
    public string? PublicHoliday(DateOnly date) =>
        Days.GetValueOrDefault(date) ?? PublicHolidays.Of(date.Year).GetValueOrDefault(date);

    /// <summary>Its French name, or null while school is on.</summary>
    public string? SchoolHoliday(DateOnly date) => School.FirstOrDefault(h => h.Contains(date))?.DisplayName;
}
