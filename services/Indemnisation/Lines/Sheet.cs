using Google.Protobuf;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Rates;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Lines;

/// <summary>What a certified sheet says of each person: pure, before any amount.</summary>
internal static class Sheet
{
    /// <summary>Lines recorded, or cancelled with a reason: absent, in another capacity, paid by another funder.</summary>
    /// <param name="revision">Of new lines: 1, or that of the correction.</param>
    public static IReadOnlyList<Change> Decide(
        AttendanceCertified sheet, IReadOnlyList<Line> live, Day day, Func<Guid> newId, DateTimeOffset now, int revision = 1)
    {
        var changes = new List<Change>();
        foreach (var person in sheet.Lines.GroupBy(l => l.Professional, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var payable = Entitlement.Payable(person, day.Conventions);
            if (payable.Count > 0)
            {
                changes.AddRange(OfPerson(sheet, payable, live, day, () => new Line { Id = newId(), Revision = revision }, now));
            }
        }

        var decided = changes.Select(c => c.Before?.Id).ToHashSet();
        foreach (var line in live.Where(l => l.State == LineState.Committed && !decided.Contains(l.Id)))
        {
            var present = sheet.Lines.Any(l => l.Professional == line.Professional);
            changes.Add(Change.Cancel(line, present ? Reasons.NotLiberal : Reasons.Absent, now));
        }

        return changes;
    }

    /// <summary>The programme indemnifies nobody: what was committed under earlier rules is freed.</summary>
    public static IReadOnlyList<Change> Unpaid(IReadOnlyList<Line> live, DateTimeOffset now) =>
        [.. live.Where(l => l.State == LineState.Committed).Select(l => Change.Cancel(l, Reasons.NotIndemnified, now))];

    private static IEnumerable<Change> OfPerson(
        AttendanceCertified sheet, IReadOnlyList<AttendanceLine> presences, IReadOnlyList<Line> live, Day day, Func<Line> newLine, DateTimeOffset now)
    {
        foreach (var component in Components(presences, day.Rates))
        {
            var before = live.FirstOrDefault(l => l.Professional == presences[0].Professional && l.Component == component);
            var blank = before ?? newLine();
            var recorded = Decided(Recorded(blank, sheet, component, presences, now), presences, day);
            Func<IMessage> said = () => new IndemnityRecorded { Indemnity = recorded.Facts() };
            if (recorded.Declaration != Declaration.OtherFunder)
            {
                yield return new Change(before, recorded, [said]);
                continue;
            }

            var cancelled = recorded.Cancelled(Reasons.OtherFunder);
            yield return new Change(before, cancelled, [said, () => new IndemnityCancelled { Indemnity = cancelled.Facts() }]);
        }
    }

    /// <summary>What it is decided on, frozen in it; and the amount by the rates of the day.</summary>
    private static Line Decided(Line line, IReadOnlyList<AttendanceLine> presences, Day day)
    {
        var convention = Entitlement.Convention(presences[0], day.Conventions);
        var decided = line with
        {
            Role = Entitlement.Role(presences),
            Mode = presences[0].Capacity.Mode,
            Declaration = Entitlement.Of(presences),
            Replaces = presences[0].Replaces,
            ReplacementLicence = presences[0].ReplacementLicence,
            Convention = convention?.Name ?? "",
            Payee = convention?.Payee,
            Reason = day.YearClosed ? Reasons.FiscalYearClosed : "",
            FiscalYear = day.CarriedInto ?? line.FiscalYear,
        };
        return Calculate.Priced(decided, day.Rates.Find(decided.Component, decided.ProfessionTable, decided.ProfessionCode, decided.Role));
    }

    /// <summary>Taking part always; the supplement and the travel unless the grid of the day gives nothing for them.</summary>
    private static IEnumerable<Component> Components(IReadOnlyList<AttendanceLine> presences, RatesOfDay rates)
    {
        yield return Component.Participant;
        var (capacity, role) = (presences[0].Capacity, Entitlement.Role(presences));
        if (role == RateRole.Facilitator && (!rates.IsCovered || Rates(Component.FacilitatorSupplement).Count > 0))
        {
            yield return Component.FacilitatorSupplement;
        }

        var kilometres = Kilometres(presences);
        if (kilometres > 0 && (!rates.IsCovered || Rates(Component.Travel).Any(t => kilometres > t.FreeKilometres)))
        {
            yield return Component.Travel;
        }

        IReadOnlyList<Tariff> Rates(Component component) => rates.Find(component, capacity.ProfessionTable, capacity.ProfessionCode, role);
    }

    private static Line Recorded(Line line, AttendanceCertified sheet, Component component, IReadOnlyList<AttendanceLine> presences, DateTimeOffset now)
    {
        var date = sheet.Date.ToDate()!.Value;
        var capacity = presences[0].Capacity;
        return line with
        {
            State = LineState.Recorded,
            Component = component,
            Session = sheet.Session,
            SessionDate = date,
            StartTime = sheet.StartInstant.ToDateTimeOffset(),
            FiscalYear = date.Year,
            Pole = sheet.Pole,
            Programme = sheet.Programme,
            Professional = presences[0].Professional,
            ProfessionTable = capacity.ProfessionTable,
            ProfessionCode = capacity.ProfessionCode,
            Organisation = capacity.Organisation,
            ByVideo = presences.All(p => p.Mode == AttendanceMode.Video),
            PresentMinutes = PresentMinutes(sheet, presences),
            Kilometres = Kilometres(presences),
            Reason = "",
            ChangeTime = now,
        };
    }

    /// <summary>Somebody who left and came back has several presences; together never more than the session.</summary>
    private static int PresentMinutes(AttendanceCertified sheet, IReadOnlyList<AttendanceLine> presences)
    {
        var (start, end) = (sheet.StartInstant.ToDateTimeOffset(), sheet.EndInstant.ToDateTimeOffset());
        var minutes = presences
            .Where(p => p.InTime is not null && p.OutTime is not null)
            .Sum(p => Amounts.PresentMinutes(p.InTime.ToDateTimeOffset(), p.OutTime.ToDateTimeOffset(), start, end));
        return Math.Min(minutes, Amounts.PresentMinutes(start, end, start, end));
    }

    /// <summary>None by video.</summary>
    private static int Kilometres(IReadOnlyList<AttendanceLine> presences) =>
        presences.Where(p => p.Mode != AttendanceMode.Video).Select(p => Math.Max(0, p.Kilometres)).DefaultIfEmpty(0).Max();
}
