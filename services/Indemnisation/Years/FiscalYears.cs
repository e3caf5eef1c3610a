using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Years;

/// <summary>Which years are closed. Who closes one changes a reference, so whoever holds <see cref="References"/> sees it stand still.</summary>
internal static class FiscalYears
{
    public static async Task<bool> IsClosed(Tx tx, int year) => (await Closed(tx)).Contains(year);

    public static async Task<IReadOnlySet<int>> Closed(Tx tx) => (await tx.Query<int>("select fiscal_year from fiscal_year_close")).ToHashSet();

    public static Task<DateTimeOffset?> CloseTime(Tx tx, int year) =>
        tx.SingleOrDefault<DateTimeOffset?>("select close_time from fiscal_year_close where fiscal_year = @year", new { year });
}
