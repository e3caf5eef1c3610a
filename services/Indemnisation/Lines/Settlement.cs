using System.Diagnostics;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Messaging;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// What is said of a sheet: one event for all lines that were recorded and calculated at once as the rate gives them; of each
/// other line (it waits, a cap reduced it, it is cancelled) its own events. Nothing is said twice.
/// </summary>
internal sealed record Settlement(IReadOnlyList<Change> Changes, ToSay Said)
{
    public static Settlement Of(CertifiedSheet certified, IReadOnlyList<Change> changes)
    {
        var sheet = certified.Sheet;
        var settled = new SessionSettled
        {
            Session = sheet.Session,
            CalculatedLines = changes.Count(c => c.After.State == LineState.Calculated),
            WaitingLines = changes.Count(c => c.After.State == LineState.Recorded),
            SessionDate = sheet.Date,
            Pole = sheet.Pole,
            Programme = sheet.Programme,
            FiscalYear = certified.Date.Year,
            Currency = "EUR",
            Indemnities = { changes.Where(IsOrdinary).Select(c => c.After.FactsWithinSession()) },
        };
        return new Settlement(
            [.. changes.Select(c => c with { Events = IsOrdinary(c) ? [] : c.Events, Time = certified.Time, Traceparent = certified.Traceparent })],
            new ToSay(sheet.Session, settled)
            {
                AggregateId = AggregateId.Of($"settlements/{sheet.Session}"),
                OccurTime = certified.Time,
                Traceparent = certified.Traceparent ?? Activity.Current?.Id,
            });
    }

    private static bool IsOrdinary(Change change) => change is { After: { State: LineState.Calculated, Reason: "" }, Reductions.Count: 0 };
}
