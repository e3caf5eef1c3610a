using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Rates;

internal sealed class RateGridRow
{
    public string Name { get; init; } = "";

    public string Programme { get; init; } = "";

    public DateOnly ValidFromDate { get; init; }

    public DateOnly ValidUntilDate { get; init; }
}

internal static class RateStore
{
    private const string TariffColumns =
        "rate_grid, profession_table, profession_code, role, component, unit, amount_cents, minimum_minutes, paid_minutes_cap, free_kilometres, cap_cents";

    /// <summary>Chosen by the civil date of the session, never by the date of payment (DOMAIN §6).</summary>
    public static async Task<RatesOfDay> On(Tx tx, string programme, DateOnly date) =>
        new(await tx.Query<Tariff>(
            $"select {TariffColumns} from rate where programme = @programme and valid @> @date order by rate_grid, position",
            new { programme, date }));

    /// <summary>Rates published for the programme that are in force on some day of the period.</summary>
    public static Task<IReadOnlyList<Tariff>> Within(Tx tx, string programme, DateOnly from, DateOnly until) =>
        tx.Query<Tariff>(
            $"select {TariffColumns} from rate where programme = @programme and valid && daterange(@from, @until) order by rate_grid, position",
            new { programme, from, until });

    /// <summary>All that are valid on one of the days, both included.</summary>
    public static Task<IReadOnlyList<DatedTariff>> Between(Tx tx, string[] programmes, DateOnly from, DateOnly until) =>
        tx.Query<DatedTariff>(
            $"""
            select programme, lower(valid) as valid_from_date, upper(valid) as valid_until_date, {TariffColumns} from rate
            where programme = any(@programmes) and valid && daterange(@from, @until, '[]') order by rate_grid, position
            """,
            new { programmes, from, until });

    public static async Task<RateGrid?> Find(Tx tx, string name)
    {
        var row = await tx.SingleOrDefault<RateGridRow>(
            "select name, programme, valid_from_date, valid_until_date from rate_grid where name = @name", new { name });
        return row is null ? null : (await WithRates(tx, [row]))[0];
    }

    public static async Task<IReadOnlyList<RateGrid>> WithRates(Tx tx, IReadOnlyList<RateGridRow> grids)
    {
        var tariffs = (await tx.Query<Tariff>(
            $"select {TariffColumns} from rate where rate_grid = any(@names) order by rate_grid, position",
            new { names = grids.Select(g => g.Name).ToArray() })).ToLookup(t => t.RateGrid, StringComparer.Ordinal);
        return [.. grids.Select(g => new RateGrid
        {
            Name = g.Name,
            Programme = g.Programme,
            ValidFromDate = g.ValidFromDate.ToProto(),
            ValidUntilDate = g.ValidUntilDate.ToProto(),
            Rates = { tariffs[g.Name].Select(t => t.ToProto()) },
        })];
    }

    public static async Task Insert(Tx tx, RateGrid grid, DateOnly from, DateOnly until, string publisher, DateTimeOffset now)
    {
        await tx.Execute(
            """
            insert into rate_grid (name, programme, valid_from_date, valid_until_date, publisher, publish_time)
            values (@Name, @Programme, @from, @until, @publisher, @now)
            """,
            new { grid.Name, grid.Programme, from, until, publisher, now });
        await tx.Execute(
            """
            insert into rate (rate_grid, position, programme, valid, profession_table, profession_code, role, component, unit,
              amount_cents, minimum_minutes, paid_minutes_cap, free_kilometres, cap_cents)
            values (@Grid, @Position, @Programme, daterange(@From, @Until), @ProfessionTable, @ProfessionCode, @Role, @Component, @Unit,
              @AmountCents, @MinimumMinutes, @PaidMinutesCap, @FreeKilometres, @CapCents)
            """,
            grid.Rates.Select((r, i) => new
            {
                Grid = grid.Name,
                Position = i + 1,
                grid.Programme,
                From = from,
                Until = until,
                r.ProfessionTable,
                r.ProfessionCode,
                Role = (int)r.Role,
                Component = (int)r.Component,
                Unit = (int)r.Unit,
                r.AmountCents,
                r.MinimumMinutes,
                r.PaidMinutesCap,
                r.FreeKilometres,
                r.CapCents,
            }).ToList());
    }
}
