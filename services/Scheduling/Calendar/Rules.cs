using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Scheduling.Calendar;

/// <summary>How a season is laid over the calendar, nothing left unsaid.</summary>
/// <param name="WeekOfMonth">2 for "2e mardi", 5 for the last; 0: that of the first usual weekday.</param>
internal sealed record Rules(ClashPolicy PublicHolidays, ClashPolicy SchoolHolidays, int WeekOfMonth)
{
    /// <summary>Never on a public holiday; a school holiday is a warning (S5).</summary>
    public static readonly Rules Usual = new(ClashPolicy.Skip, ClashPolicy.Warn, 0);

    /// <summary>These, but for what is said.</summary>
    public Rules But(SeasonRules? said) => said is null ? this : new(
        said.PublicHolidays == ClashPolicy.Unspecified ? PublicHolidays : said.PublicHolidays,
        said.SchoolHolidays == ClashPolicy.Unspecified ? SchoolHolidays : said.SchoolHolidays,
        said.WeekOfMonth == 0 ? WeekOfMonth : said.WeekOfMonth);

    public SeasonRules ToProto() => new() { PublicHolidays = PublicHolidays, SchoolHolidays = SchoolHolidays, WeekOfMonth = WeekOfMonth };

    public static void Check(Violations broken, SeasonRules? said)
    {
        if (said is not null)
        {
            broken.Check(
                Enum.IsDefined(said.PublicHolidays) && said.PublicHolidays != ClashPolicy.Warn, "rules.public_holidays", "CLASH_POLICY_INVALID",
                "Une séance ne se tient pas un jour férié : la date est sautée (SKIP) ou décalée (SHIFT).");
            broken.Check(Enum.IsDefined(said.SchoolHolidays), "rules.school_holidays", "CLASH_POLICY_INVALID", "La règle n'est pas dans la liste.");
            broken.Check(said.WeekOfMonth is >= 0 and <= 5, "rules.week_of_month", "WEEK_OF_MONTH_INVALID", "De 1 à 5 (le dernier), ou 0.");
        }
    }
}
