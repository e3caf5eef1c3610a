using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Seasons;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Proposals;

/// <summary>All that a proposal looks at, as it was at one instant.</summary>
/// <param name="Rhythms">Of each pôle, with the rules of its seasons.</param>
/// <param name="Coordinators">Of each pôle, whom it shares with others; the pôle's own name where the directory does not say.</param>
/// <param name="Cases">Waiting, or on the agenda of one of the sessions.</param>
/// <param name="Experts">Those of the cases' people.</param>
/// <param name="ElsewhereDays">By coordinator: days of sessions of pôles that are not looked at.</param>
internal sealed record RegionSnapshot(
    IReadOnlyList<Pole> Poles,
    IReadOnlyDictionary<string, PoleRhythm> Rhythms,
    IReadOnlyDictionary<string, string> Coordinators,
    IReadOnlyList<StandingSession> Sessions,
    IReadOnlyList<CaseAhead> Cases,
    IReadOnlySet<string> Experts,
    ILookup<string, Taken> Taken,
    ILookup<string, Covered> Conventions,
    ILookup<string, DateOnly> ElsewhereDays,
    Holidays Holidays)
{
    /// <summary>By pôle: who leads it from when until when; nothing where the directory has not said.</summary>
    public ILookup<string, ReferentTerm> Terms { get; init; } = Array.Empty<ReferentTerm>().ToLookup(t => t.Pole);

    /// <summary>Whether nobody leads the pôle's session of a date: between two référents, or the one in office has another session then.</summary>
    public bool LacksReferent(Pole pole, DateOnly date)
    {
        var terms = Terms[pole.Name];
        var leads = terms.Any() ? terms.FirstOrDefault(t => t.IsOn(date))?.Professional : pole.Referent;
        return leads is null || IsTaken(leads, pole, date);
    }

    public bool IsCovered(string host, DateOnly date) => Conventions[host].Any(c => c.FirstDate <= date && date <= c.LastDate);

    /// <summary>Whether another session has the person or place at that time.</summary>
    /// <param name="pole">Whose own sessions do not count: they are what is being planned.</param>
    public bool IsTaken(string resource, DateTimeOffset start, DateTimeOffset end, string pole) =>
        Taken[resource].Any(t => t.Pole != pole && t.Start < end && start < t.End);

    /// <summary>As <see cref="IsTaken(string, DateTimeOffset, DateTimeOffset, string)"/>, on a date at the pôle's usual time.</summary>
    public bool IsTaken(string person, Pole pole, DateOnly date) =>
        Taken[person].Any() && Paris.InstantOf(date, pole.StartTime) is var start && IsTaken(person, start, start.AddMinutes(pole.DurationMinutes), pole.Name);

    /// <summary>Places left on an agenda.</summary>
    public int Room(StandingSession session) =>
        Math.Min(session.Capacity, Poles.Single(p => p.Name == session.Pole).MaximumCases) - Cases.Count(c => c.SessionId == session.Id);

    /// <summary>The same without a session: its cases wait.</summary>
    public RegionSnapshot Without(StandingSession lost) => this with
    {
        Sessions = [.. Sessions.Where(s => s.Id != lost.Id)],
        Cases = [.. Cases.Select(c => c.SessionId == lost.Id ? Waiting(c) : c)],
    };

    private static CaseAhead Waiting(CaseAhead c) => new()
    {
        Name = c.Name, Pole = c.Pole, Programme = c.Programme, Requester = c.Requester, AttendingPhysician = c.AttendingPhysician, PhysicianAbsence = c.PhysicianAbsence, Actors = c.Actors,
        Availabilities = c.Availabilities, ReadyTime = c.ReadyTime, Urgent = c.Urgent,
    };

    /// <param name="poles">Empty: all.</param>
    public static async Task<RegionSnapshot> Load(Tx tx, IReadOnlyCollection<string> poles, DateOnly from, DateOnly to)
    {
        var wanted = new { all = poles.Count == 0, poles = poles.ToArray(), from, to, start = Paris.InstantOf(from, TimeOnly.MinValue), end = Paris.InstantOf(to.AddDays(1), TimeOnly.MinValue) };
        var known = await Pole.Listed(tx, poles);
        var rules = await SeasonRulesStore.All(tx);
        var cases = await tx.Query<CaseAhead>(CasesSql, wanted);
        var people = cases.SelectMany(c => c.People).Distinct(StringComparer.Ordinal).ToArray();
        return new RegionSnapshot(
            known,
            known.ToDictionary(p => p.Name, p => p.ToRhythm(rules(p.Programme, p.Name)), StringComparer.Ordinal),
            known.ToDictionary(p => p.Name, p => p.CoordinatorEmail.Length > 0 ? p.CoordinatorEmail : p.Name, StringComparer.Ordinal),
            await tx.Query<StandingSession>(SessionsSql, wanted),
            cases,
            (await tx.Query<string>("select name from professional where expert and name = any(@people)", new { people })).ToHashSet(StringComparer.Ordinal),
            (await tx.Query<Taken>(TakenSql, wanted)).ToLookup(t => t.Resource, StringComparer.Ordinal),
            (await tx.Query<Covered>("select organisation, first_date, last_date from convention where first_date <= @to and last_date >= @from", wanted)).ToLookup(c => c.Organisation, StringComparer.Ordinal),
            (await tx.Query<Elsewhere>(ElsewhereSql, wanted)).ToLookup(e => e.Coordinator, e => e.Date, StringComparer.Ordinal),
            await CalendarStore.Load(tx))
        {
            Terms = (await tx.Query<ReferentTerm>("select pole, professional, from_date, until_date from referent_term where @all or pole = any(@poles)", wanted)).ToLookup(t => t.Pole, StringComparer.Ordinal),
        };
    }

    private const string SessionsSql =
        """
        select id, pole, state, date, start_time, duration_minutes, start_instant, end_instant, modality, host, room, facilitator, expert,
               capacity, planned_date, moved_by_hand, preparatory_date, freeze_time, version
        from session
        where state in ('PLANNED', 'PREPARED', 'CONVENED') and date between @from and @to and (@all or pole = any(@poles))
        order by date, id
        """;

    private const string CasesSql =
        """
        select c.name, c.pole, c.programme, c.requester, c.attending_physician, c.physician_absence, c.actors, c.availabilities, c.ready_time, c.urgent, a.session_id
        from ready_case c
        left join (select i.case_name, i.session_id from agenda_item i join session s on s.id = i.session_id
                   where i.state = 'SCHEDULED' and s.state in ('PLANNED', 'PREPARED', 'CONVENED') and s.date between @from and @to) a on a.case_name = c.name
        where (@all or c.pole = any(@poles)) and (c.waiting or a.session_id is not null)
        order by c.submit_time, c.name
        """;

    /// <summary>Booked, invited, or expected for a situation on an agenda for which nobody is invited yet.</summary>
    private const string TakenSql =
        """
        select b.resource, lower(b.during) as start, upper(b.during) as "end", b.session_id, s.pole
        from taken b join session s on s.id = b.session_id
        where b.during && tstzrange(@start, @end)
        union all
        select i.professional, s.start_instant, s.end_instant, s.id, s.pole
        from session s join invitation i on i.session_id = s.id
        where s.state = 'CONVENED' and s.date between @from and @to
        union all
        select person, s.start_instant, s.end_instant, s.id, s.pole
        from session s join agenda_item a on a.session_id = s.id join ready_case c on c.name = a.case_name
        cross join lateral unnest(c.actors || array[c.requester, c.attending_physician]) as person
        where s.state in ('PLANNED', 'PREPARED') and a.state = 'SCHEDULED' and s.date between @from and @to and person <> ''
        """;

    private const string ElsewhereSql =
        """
        select p.coordinator_email as coordinator, s.date
        from session s join pole p on p.name = s.pole
        where p.coordinator_email <> '' and not @all and p.name <> all(@poles) and s.state <> 'CANCELLED' and s.date between @from and @to
        """;

    private sealed class Elsewhere
    {
        public string Coordinator { get; init; } = "";

        public DateOnly Date { get; init; }
    }
}
