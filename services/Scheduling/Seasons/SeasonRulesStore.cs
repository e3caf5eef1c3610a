using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Seasons;

internal static class SeasonRulesStore
{
    /// <summary>What is said for the season, else the pôle's, else its programme's, else the usual.</summary>
    public static async Task<Rules> For(Tx tx, Pole pole, SeasonRules? said) =>
        (await Of(tx, pole.Programme, pole.Name)).But(said);

    /// <param name="owners">From the general to the particular.</param>
    public static async Task<Rules> Of(Tx tx, params string[] owners)
    {
        var rows = await tx.Query<Row>("select owner, public_holidays, school_holidays, week_of_month from season_rules where owner = any(@owners)", new { owners });
        return owners.Aggregate(Rules.Usual, (rules, owner) => rules.But(rows.FirstOrDefault(r => r.Owner == owner)?.ToProto()));
    }

    /// <summary>Those of every pôle, by programme and pôle.</summary>
    public static async Task<Func<string, string, Rules>> All(Tx tx)
    {
        var rows = (await tx.Query<Row>("select owner, public_holidays, school_holidays, week_of_month from season_rules")).ToDictionary(r => r.Owner, StringComparer.Ordinal);
        return (programme, pole) => Rules.Usual.But(rows.GetValueOrDefault(programme)?.ToProto()).But(rows.GetValueOrDefault(pole)?.ToProto());
    }

    public static Task Put(Tx tx, string owner, SeasonRules rules) =>
        tx.Execute(
            """
            insert into season_rules (owner, public_holidays, school_holidays, week_of_month) values (@owner, @publicHolidays, @schoolHolidays, @WeekOfMonth)
            on conflict (owner) do update set
              public_holidays = excluded.public_holidays, school_holidays = excluded.school_holidays, week_of_month = excluded.week_of_month
            """,
            new { owner, publicHolidays = rules.PublicHolidays.Code(), schoolHolidays = rules.SchoolHolidays.Code(), rules.WeekOfMonth });

    private sealed class Row
    {
        public string Owner { get; init; } = "";

        public string PublicHolidays { get; init; } = "";

        public string SchoolHolidays { get; init; } = "";

        public int WeekOfMonth { get; init; }

        public SeasonRules ToProto() => new()
        {
            PublicHolidays = Codes.Parse<ClashPolicy>(PublicHolidays), SchoolHolidays = Codes.Parse<ClashPolicy>(SchoolHolidays), WeekOfMonth = WeekOfMonth,
        };
    }
}
