using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Calendar;

internal static class CalendarStore
{
    public static async Task<Holidays> Load(Tx tx)
    {
        var days = await tx.Query<DayRow>("select date, display_name from public_holiday");
        var school = await tx.Query<SchoolRow>("select first_date, return_date, display_name from school_holiday");
        return new Holidays(
            days.ToDictionary(d => d.Date, d => d.DisplayName),
            [.. school.Select(s => new SchoolHoliday(s.DisplayName, s.FirstDate, s.ReturnDate))]);
    }

    private sealed class DayRow
    {
        public DateOnly Date { get; init; }

        public string DisplayName { get; init; } = "";
    }

    private sealed class SchoolRow
    {
        public DateOnly FirstDate { get; init; }

        public DateOnly ReturnDate { get; init; }

        public string DisplayName { get; init; } = "";
    }
}
