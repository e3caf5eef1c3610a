using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Planning;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Proposals;

/// <param name="OfferedDatesOnly">Availabilities given with a request bind, instead of being preferred.</param>
/// <param name="AsTheyStand">Sessions stay where they are and none is added; cases on an agenda stay there.</param>
internal sealed record Wishes(DateOnly Today, DateOnly From, DateOnly To, bool OfferedDatesOnly = false, bool AsTheyStand = false);

/// <summary>
/// The region as the planner's problem. What the planner cannot say is filtered before: rhythm, holidays, conventions,
/// frozen agendas and notice become days; a session shorter than its pôle's usual has some of its seats taken. Pure.
/// </summary>
/// <param name="Days">The date of each of the problem's days: Monday to Friday, and whenever a session stands.</param>
/// <param name="Poles">In the problem's order.</param>
/// <param name="PoleDays">In the same order.</param>
/// <param name="Cases">In the problem's order; behind them the problem has seats that are taken.</param>
/// <param name="Refused">Cases that no plan can place, and why.</param>
internal sealed record RegionProblem(
    PlanningProblem Problem, IReadOnlyList<DateOnly> Days, IReadOnlyList<Pole> Poles, IReadOnlyList<PoleDays> PoleDays, IReadOnlyList<CaseAhead> Cases,
    IReadOnlyList<(CaseAhead Case, string Reason)> Refused, Wishes Wishes, RegionSnapshot Region)
{
    /// <summary>A date offered with the request is worth as many professionals there.</summary>
    private const int OfferedWeight = 3;

    /// <summary>One to three situations is what a table can carry (DOMAIN §5).</summary>
    private const int Usual = 3;

    /// <summary>An urgent case waits dearly, one that has waited two months more than others: points a day, working days within.</summary>
    private static readonly (double Price, int Window) Urgent = (5, 25), Old = (2, 45), Other = (1, 60);

    private const int OldAfterDays = 60;

    /// <summary>Waiting to the end is never dearer than being left out.</summary>
    private const double DearestWait = 150;

    public static RegionProblem Of(RegionSnapshot region, Wishes wishes)
    {
        var poles = region.Poles.Where(p => p is { IsActive: true, Capacity: > 0 }).ToList();
        var poleDays = poles.Select(p => Proposals.PoleDays.Of(p, region, wishes.Today, wishes.From, wishes.To, wishes.AsTheyStand)).ToList();
        var dates = Dates(poleDays, wishes);
        var refused = region.Cases.Select(c => (Case: c, Reason: Refusal(c, poles, poleDays))).Where(c => c.Reason.Length > 0).ToList();
        var cases = region.Cases.Except(refused.Select(r => r.Case)).ToList();
        return new RegionProblem(new Build(region, wishes, dates, poles, poleDays).Problem(cases), dates, poles, poleDays, cases, refused, wishes, region);
    }

    /// <summary>Why a case may not be on an agenda that day, whatever the plan, though the pôle meets; null when it may.</summary>
    public static string? Bar(CaseAhead of, Pole pole, PoleDays days, DateOnly date, RegionSnapshot region, Wishes wishes)
    {
        var standing = days.Standing.GetValueOrDefault(date);
        return days.Barred.TryGetValue(date, out var barred) ? barred
            : date <= wishes.Today ? "NOTICE_TOO_SHORT"
            : standing?.FreezeTime is not null && !of.Urgent ? "AGENDA_FROZEN"
            : standing?.State == V1.SessionState.Convened.Code() && pole.AttendingPhysicianRequired && of.LacksPhysician ? "PHYSICIAN_REASON_MISSING"
            : standing is not null && date <= wishes.Today.AddDays(PlaceReadyCases.FreezeDays) && !of.Urgent ? "NOTICE_TOO_SHORT"
            : standing?.Facilitator is not { Length: > 0 } && region.LacksReferent(pole, date) ? "REFERENT_AWAY"
            : wishes.OfferedDatesOnly && !of.IsOffered(date) ? "DATE_NOT_OFFERED"
            : null;
    }

    private static string Refusal(CaseAhead of, List<Pole> poles, List<PoleDays> days)
    {
        var index = poles.FindIndex(p => p.Name == of.Pole);
        return index < 0 ? "POLE_NOT_ACTIVE"
            : poles[index].Programme != of.Programme ? "OTHER_PROGRAMME"
            : !poles[index].HasUsualTime && days[index].Standing.Count == 0 ? "POLE_WITHOUT_TIME"
            : "";
    }

    private static List<DateOnly> Dates(List<PoleDays> poleDays, Wishes wishes)
    {
        var sessions = poleDays.SelectMany(p => p.Standing.Keys.Concat(p.Open)).ToHashSet();
        return [.. Enumerable.Range(wishes.From.DayNumber, wishes.To.DayNumber - wishes.From.DayNumber + 1).Select(DateOnly.FromDayNumber)
            .Where(d => d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) || sessions.Contains(d))];
    }

    /// <summary>From names and dates to indexes.</summary>
    private sealed class Build(RegionSnapshot region, Wishes wishes, List<DateOnly> dates, List<Pole> poles, List<PoleDays> poleDays)
    {
        private readonly Dictionary<DateOnly, int> indexOf = dates.Index().ToDictionary(d => d.Item, d => d.Index);
        private readonly List<string> experts = [.. region.Experts.Order(StringComparer.Ordinal)];

        public PlanningProblem Problem(List<CaseAhead> cases)
        {
            var coordinators = poles.Select(p => region.Coordinators[p.Name]).Distinct(StringComparer.Ordinal).ToList();
            return new PlanningProblem(
                [.. dates.Select(d => (d.Year * 12) + d.Month)],
                [.. coordinators.Select(c => All(d => !region.ElsewhereDays[c].Contains(d)))],
                [.. experts.Select(e => All(d => !region.Taken[e].Any(t => Paris.DateOf(t.Start) == d && !IsPlanned(t))))],
                [.. poles.Select((p, i) => ToPlan(p, poleDays[i], coordinators.IndexOf(region.Coordinators[p.Name])))],
                [.. cases.Select(Situation), .. poles.SelectMany((p, i) => SeatsTaken(p, i))],
                new PlanningPrices { ChangedSituation = 4, ChangedSession = 8 });
        }

        /// <summary>An agenda that is planned may still change, and takes nobody for good.</summary>
        private bool IsPlanned(Taken taken) => region.Sessions.Any(s => s.Id == taken.SessionId && s.State != V1.SessionState.Convened.Code());

        private PoleToPlan ToPlan(Pole pole, PoleDays days, int coordinator) =>
            new(coordinator, Indexed(days.Open), pole.IsOnDemand ? 2 : 1, Math.Min(Usual, pole.Capacity), Math.Max(pole.Capacity, 1))
            {
                Periods = [.. dates.Select(Proposals.PoleDays.TurnOf(region.Rhythms[pole.Name], days.Standing.Values, FirstOf(days)))],
                KeptSessions = Indexed(days.Stays),
                CurrentSessions = Indexed(days.Standing.Keys.Where(d => !days.Stays.Contains(d))),
            };

        /// <summary>Where no session stands, the rhythm is laid from its first date.</summary>
        private DateOnly FirstOf(PoleDays days) => days.Open.Count > 0 ? days.Open.Min() : wishes.From;

        private SituationToPlace Situation(CaseAhead of)
        {
            var index = poles.FindIndex(p => p.Name == of.Pole);
            var (pole, days) = (poles[index], poleDays[index]);
            var session = region.Sessions.FirstOrDefault(s => s.Id == of.SessionId);
            var ready = Ready(Paris.DateOf(of.ReadyTime));
            var possible = All(d => !days.Concerns(d) || Bar(of, pole, days, d, region, wishes) is null);
            var (price, window) = Waiting(of, ready, days, possible);
            return new SituationToPlace(
                index, ready, window, price, possible,
                of.AttendingPhysician.Length > 0 && !region.Experts.Contains(of.AttendingPhysician) ? Free(of.AttendingPhysician, pole) : DaySet.Empty,
                [.. of.People.Where(region.Experts.Contains).Select(e => experts.IndexOf(e))],
                Wished(of, pole))
            {
                CurrentDay = session is null ? null : indexOf[session.Date],
                Pinned = session is not null && days.Stays.Contains(session.Date),
            };
        }

        private DaySet[] Wished(CaseAhead of, Pole pole)
        {
            var others = of.People.Where(p => p != of.AttendingPhysician && !region.Experts.Contains(p)).Select(p => Free(p, pole));
            return of.Availabilities.Length == 0 ? [.. others] : [.. others, .. Enumerable.Repeat(All(of.IsOffered), OfferedWeight)];
        }

        /// <summary>Whoever has no possible day in the window may wait to the end.</summary>
        private (double Price, int Window) Waiting(CaseAhead of, int ready, PoleDays days, DaySet possible)
        {
            var (price, window) = of.Urgent ? Urgent : wishes.Today.DayNumber - Paris.DateOf(of.ReadyTime).DayNumber > OldAfterDays ? Old : Other;
            var meets = Indexed(days.Stays.Concat(days.Open)).And(possible);
            var longest = Math.Max(0, dates.Count - ready);
            if (meets.Days().Any(d => d >= ready && d < ready + window))
            {
                return (price, window);
            }

            return (Math.Min(price, DearestWait / Math.Max(1, longest)), longest);
        }

        /// <summary>A shorter session of the pôle; a longer one is not used to its end.</summary>
        private IEnumerable<SituationToPlace> SeatsTaken(Pole pole, int index) =>
            from session in poleDays[index].Standing.Values.OrderBy(s => s.Date)
            where poleDays[index].Stays.Contains(session.Date)
            from seat in Enumerable.Range(0, Math.Max(0, pole.Capacity - session.Capacity))
            select new SituationToPlace(index, indexOf[session.Date], 1, 0, DaySet.Empty, DaySet.Empty, [], []) { CurrentDay = indexOf[session.Date], Pinned = true };

        private int Ready(DateOnly ready) => dates.FindIndex(d => d >= ready) is var day && day < 0 ? dates.Count : day;

        private DaySet Free(string person, Pole pole) => All(d => !region.IsTaken(person, pole, d));

        private DaySet All(Func<DateOnly, bool> may) => DaySet.Of(dates.Index().Where(d => may(d.Item)).Select(d => d.Index));

        private DaySet Indexed(IEnumerable<DateOnly> some) => DaySet.Of(some.Order().Select(d => indexOf[d]));
    }
}
