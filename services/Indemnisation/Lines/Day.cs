using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.Years;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Lines;

/// <summary>What holds on the day of a session: rates, conventions with the employers of its experts; and whether its year is closed by now.</summary>
internal sealed record Day(RatesOfDay Rates, IReadOnlyList<ExpertConvention> Conventions, bool YearClosed)
{
    /// <summary>The year that pays when it is not the session's, which was closed before the sheet came.</summary>
    public int? CarriedInto { get; init; }

    public static async Task<Day> Of(Tx tx, AttendanceCertified sheet) => (await OfEach(tx, [sheet]))[sheet.Session];

    /// <returns>By session.</returns>
    public static async Task<IReadOnlyDictionary<string, Day>> OfEach(Tx tx, IReadOnlyList<AttendanceCertified> sheets)
    {
        var rates = await RateBook.Open(tx, sheets.Select(s => (s.Programme, s.Date.ToDate()!.Value)));
        var closed = await FiscalYears.Closed(tx);
        var days = new Dictionary<string, Day>(StringComparer.Ordinal);
        foreach (var sheet in sheets)
        {
            var date = sheet.Date.ToDate()!.Value;
            days.Add(sheet.Session, new Day(rates.On(sheet.Programme, date), await ConventionsOf(tx, sheet, date), closed.Contains(date.Year)));
        }

        return days;
    }

    /// <summary>Few sessions have a salaried expert: asked of these only.</summary>
    private static async Task<IReadOnlyList<ExpertConvention>> ConventionsOf(Tx tx, AttendanceCertified sheet, DateOnly date)
    {
        var employers = sheet.Lines.Where(l => l.Role == SessionRole.Expert && l.Capacity?.Mode == Entitlement.Salaried)
            .Select(l => l.Capacity.Organisation).Distinct(StringComparer.Ordinal).ToArray();
        return employers.Length == 0 ? [] : await DirectoryStore.ExpertConventions(tx, employers, date);
    }
}
