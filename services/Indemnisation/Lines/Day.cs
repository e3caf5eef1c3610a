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
    public static async Task<Day> Of(Tx tx, AttendanceCertified sheet)
    {
        var date = sheet.Date.ToDate()!.Value;
        var employers = sheet.Lines.Where(l => l.Role == SessionRole.Expert && l.Capacity?.Mode == Entitlement.Salaried)
            .Select(l => l.Capacity.Organisation).Distinct(StringComparer.Ordinal).ToArray();
        return new Day(
            await RateStore.On(tx, sheet.Programme, date),
            employers.Length == 0 ? [] : await DirectoryStore.ExpertConventions(tx, employers, date),
            await FiscalYears.IsClosed(tx, date.Year));
    }
}
