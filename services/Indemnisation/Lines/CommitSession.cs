using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.Indemnisation.Years;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Lines;

/// <summary>Engagement: a provisional amount for each liberal professional invited (DESIGN §7.18).</summary>
public static class CommitSession
{
    /// <summary>Convened again or moved: the same lines, with the new date and price.</summary>
    public static async Task Handle(Tx tx, SessionConvened said, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(said);
        await References.Read(tx);
        var session = await SessionStore.Lock(tx, said.Session, now);
        if (session.State == SessionState.Convened)
        {
            await Apply(tx, said, now);
        }
    }

    /// <summary>Waits when the programme is unknown; the caller has locked the session.</summary>
    internal static async Task Apply(Tx tx, SessionConvened said, DateTimeOffset now)
    {
        var date = said.Date.ToDate()!.Value;
        var indemnified = await DirectoryStore.IsIndemnified(tx, said.Programme, date);
        await SessionStore.Save(
            tx, said.Session, SessionState.Convened, said.Programme, date, said, indemnified is null ? Reasons.ProgrammeMissing : "", now);
        if (indemnified is not true)
        {
            return;
        }

        var live = await LineStore.LockLiveOf(tx, [said.Session]);
        if (await FiscalYears.IsClosed(tx, date.Year))
        {
            await LineStore.Save(tx, CloseFiscalYear.Decide([.. live.Where(l => l.State == LineState.Committed)], now), now);
            return;
        }

        var rpps = await DirectoryStore.Rpps(tx, [.. said.People.Select(p => p.Professional)]);
        var rates = await RateStore.On(tx, said.Programme, date);
        var envelope = await EnvelopeStore.LockOf(tx, said.Programme, date.Year);
        await LineStore.Save(tx, Decide(said, live, rpps, rates, envelope?.Name, () => Guid.CreateVersion7(now), now), now);
    }

    internal static IReadOnlyList<Change> Decide(
        SessionConvened said,
        IReadOnlyList<Line> live,
        IReadOnlyDictionary<string, string> rpps,
        RatesOfDay rates,
        string? envelope,
        Func<Guid> newId,
        DateTimeOffset now)
    {
        var changes = new List<Change>();
        var invited = said.People.Where(p => p.Capacity?.Mode == Entitlement.Liberal).DistinctBy(p => p.Professional, StringComparer.Ordinal)
            .OrderBy(p => p.Professional, StringComparer.Ordinal).ToList();
        foreach (var person in invited)
        {
            var before = live.FirstOrDefault(l => l.Professional == person.Professional && l.Component == Component.Participant);
            var blank = before ?? new Line { Id = newId(), State = LineState.Committed, ChangeTime = now };
            var after = Price(Provisional(blank, said, person, rpps), rates, envelope);
            if (after != before)
            {
                after = after with { ChangeTime = now };
                changes.Add(new Change(before, after, [() => new IndemnityCommitted { Indemnity = after.Facts() }]));
            }
        }

        foreach (var line in live.Where(l => l.State == LineState.Committed && invited.TrueForAll(p => p.Professional != l.Professional)))
        {
            changes.Add(Change.Cancel(line, Reasons.NotInvited, now));
        }

        return changes;
    }

    /// <summary>What a committed line reserves; the reason says what its price still waits for.</summary>
    internal static Line Price(Line committed, RatesOfDay rates, string? envelope)
    {
        var tariffs = rates.Find(committed.Component, committed.ProfessionTable, committed.ProfessionCode, committed.Role);
        return Calculate.Priced(committed, tariffs) with
        {
            Envelope = envelope,
            Reason = tariffs.Count == 0 ? Reasons.RateMissing : envelope is null ? Reasons.EnvelopeMissing : "",
        };
    }

    /// <summary>As if the person stayed to the end, without travel.</summary>
    private static Line Provisional(Line line, SessionConvened said, SessionConvened.Types.InvitedPerson person, IReadOnlyDictionary<string, string> rpps)
    {
        var date = said.Date.ToDate()!.Value;
        var start = said.StartInstant.ToDateTimeOffset();
        var end = said.EndInstant.ToDateTimeOffset();
        return line with
        {
            Session = said.Session,
            SessionDate = date,
            StartTime = start,
            FiscalYear = date.Year,
            Pole = said.Pole,
            Programme = said.Programme,
            Professional = person.Professional,
            Rpps = rpps.GetValueOrDefault(person.Professional) ?? "",
            ProfessionTable = person.Capacity.ProfessionTable,
            ProfessionCode = person.Capacity.ProfessionCode,
            Organisation = person.Capacity.Organisation,
            Component = Component.Participant,
            Role = Entitlement.Role(person.Role),
            PresentMinutes = Amounts.PresentMinutes(start, end, start, end),
        };
    }
}
