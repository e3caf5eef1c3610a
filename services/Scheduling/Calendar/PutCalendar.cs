using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Calendar;

/// <summary>
/// Replaces the days without sessions, and the school holidays, between the first and the last date given of each
/// kind; a kind not given stays. The eleven legal holidays count whether given or not.
/// </summary>
internal sealed class PutCalendar(Db db)
{
    private const int Most = 1000;

    public Task<PutCalendarResponse> Handle(PutCalendarRequest request, Call call)
    {
        var (days, school) = Validate(request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            // Two coordinators at once: the second replaces what the first wrote, not half of it.
            await tx.Execute("lock table public_holiday, school_holiday in share row exclusive mode");
            await ReplaceDays(tx, days);
            await ReplaceSchool(tx, school);
            var now = await tx.Single<Counts>(
                "select (select count(*) from public_holiday)::int as days, (select count(*) from school_holiday)::int as school");
            return new PutCalendarResponse { PublicHolidays = now.Days, SchoolHolidays = now.School };
        });
    }

    internal static (IReadOnlyDictionary<DateOnly, string> Days, IReadOnlyList<SchoolHoliday> School) Validate(PutCalendarRequest request)
    {
        var broken = new Violations();
        broken.Check(request.PublicHolidays.Count <= Most, "public_holidays", "TOO_MANY", $"Au plus {Most} jours fériés.");
        broken.Check(request.SchoolHolidays.Count <= Most, "school_holidays", "TOO_MANY", $"Au plus {Most} périodes.");
        var days = new Dictionary<DateOnly, string>();
        foreach (var (given, i) in request.PublicHolidays.Select((h, i) => (h, i)))
        {
            if (broken.Check(given.Date.ToDate() is not null, $"public_holidays[{i}].date", "DATE_INVALID", "Date manquante ou inexistante.")
                && CheckName(broken, given.DisplayName, $"public_holidays[{i}].display_name"))
            {
                days[given.Date.ToDate()!.Value] = given.DisplayName;
            }
        }

        var school = new List<SchoolHoliday>();
        foreach (var (given, i) in request.SchoolHolidays.Select((h, i) => (h, i)))
        {
            var (first, back) = (given.FirstDate.ToDate(), given.ReturnDate.ToDate());
            if (broken.Check(first is not null && back > first, $"school_holidays[{i}]", "PERIOD_INVALID", "La rentrée doit suivre le premier jour des vacances.")
                && broken.Check(!school.Exists(s => s.FirstDate < back && first < s.ReturnDate), $"school_holidays[{i}]", "PERIODS_OVERLAP", "Deux périodes de vacances se chevauchent.")
                && CheckName(broken, given.DisplayName, $"school_holidays[{i}].display_name"))
            {
                school.Add(new SchoolHoliday(given.DisplayName, first!.Value, back!.Value));
            }
        }

        broken.ThrowIfAny();
        return (days, school);
    }

    private static bool CheckName(Violations broken, string name, string field) =>
        broken.Check(name.Length is > 0 and <= 100, field, "NAME_INVALID", "Le nom doit avoir de 1 à 100 caractères.");

    private static async Task ReplaceDays(Tx tx, IReadOnlyDictionary<DateOnly, string> days)
    {
        if (days.Count > 0)
        {
            await tx.Execute("delete from public_holiday where date between @first and @last", new { first = days.Keys.Min(), last = days.Keys.Max() });
            await tx.Execute(
                "insert into public_holiday (date, display_name) select * from unnest(@dates, @names)",
                new { dates = days.Keys.ToArray(), names = days.Values.ToArray() });
        }
    }

    private static async Task ReplaceSchool(Tx tx, IReadOnlyList<SchoolHoliday> school)
    {
        if (school.Count > 0)
        {
            await tx.Execute(
                "delete from school_holiday where daterange(first_date, return_date) && daterange(@first, @last)",
                new { first = school.Min(s => s.FirstDate), last = school.Max(s => s.ReturnDate) });
            await tx.Execute(
                "insert into school_holiday (first_date, return_date, display_name) select * from unnest(@first, @back, @names)",
                new
                {
                    first = school.Select(s => s.FirstDate).ToArray(),
                    back = school.Select(s => s.ReturnDate).ToArray(),
                    names = school.Select(s => s.DisplayName).ToArray(),
                });
        }
    }

    private sealed class Counts
    {
        public int Days { get; init; }

        public int School { get; init; }
    }
}
