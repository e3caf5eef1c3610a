using Intervision.Scheduling.Calendar;

namespace Intervision.Scheduling.Tests.Play;

/// <summary>
/// The invariants of DOMAIN §5, S1–S11 and C2–C5, asked of the database: each statement returns what breaks its rule. What no
/// statement can say is asked in code (S9 of what was certified, S11 of what people are shown).
/// </summary>
internal static class PlayInvariants
{
    private const string Standing = "s.pole = any(@Poles) and s.state <> 'CANCELLED'";
    private const string Convened = "s.pole = any(@Poles) and s.state in ('CONVENED', 'OPEN', 'HELD', 'ATTENDANCE_CERTIFIED', 'SETTLED')";
    private const string Live = "i.session_id = s.id and i.state <> 'REMOVED'";

    private const string Signed = "s.pole = any(@Poles) and s.state in ('ATTENDANCE_CERTIFIED', 'SETTLED')";
    private const string Kept = "select l.professional, l.capacity_mode, l.organisation, l.kilometres, l.in_time, l.out_time from attendance_line l where l.session_id = s.id";

    private const string Then =
        """
        select n ->> 'professional', n -> 'capacity' ->> 'mode', coalesce(n -> 'capacity' ->> 'organisation', ''), coalesce((n ->> 'kilometres')::int, 0), (n ->> 'inTime')::timestamptz, (n ->> 'outTime')::timestamptz
        from outbox o cross join jsonb_array_elements(convert_from(o.payload, 'UTF8')::jsonb -> 'lines') as n
        where o.subject = 'sessions/' || s.id and o.event_type like '%.attendance_certified.%'
        """;

    private const string Taken =
        $"""
        select s.id, r.resource, tstzrange(s.start_instant, s.end_instant) as during
        from session s cross join lateral (values
          (case when s.modality = 'VIDEO' then '' when s.room is not null then 'rooms/' || s.room else s.host end), (s.facilitator), (s.expert)) as r (resource)
        where {Standing} and r.resource <> ''
        """;

    private static readonly (string Rule, string Sql)[] Rules =
    [
        ("S1: another programme than its pôle's", $"select s.id::text from session s join pole p on p.name = s.pole where {Standing} and p.programme <> s.programme"),
        ("S1: cases or people, and no convention", $"select s.id::text from session s where {Standing} and (s.state <> 'PLANNED' or exists (select from agenda_item i where {Live})) and not exists (select from convention c where c.organisation = s.host and s.date between c.first_date and c.last_date)"),
        ("S2: no facilitator", $"select s.id::text from session s where {Convened} and s.facilitator = ''"),
        ("S2: neither expert nor a recorded reason", $"select s.id::text from session s join programme r on r.name = s.programme where {Convened} and r.expert_required and s.expert = '' and trim(s.expert_waiver_reason) = ''"),
        ("S2: an expert who is none", $"select s.id::text from session s join professional p on p.name = s.expert where {Convened} and not p.expert"),
        ("S3: more cases than the programme allows", $"select s.id::text from session s join programme r on r.name = s.programme where {Standing} and (select count(*) from agenda_item i where {Live}) > r.maximum_cases"),
        ("S3: people convened to an agenda that is not fixed", $"select s.id::text from session s where (({Convened}) or (s.pole = any(@Poles) and s.state = 'PREPARED')) and s.freeze_time is null"),
        ("S4: a preparatory meeting out of the week before", $"select s.id::text from session s where {Standing} and s.preparatory_date not between s.date - 7 and s.date - 1"),
        ("S4: prepared without the meeting", "select s.id::text from session s where s.pole = any(@Poles) and s.state = 'PREPARED' and s.preparatory_date is null"),
        ("S5: on a holiday or in a closed month", $"select s.id::text from session s join programme r on r.name = s.programme where {Standing} and (s.date = any(@Holidays) or extract(month from s.date) = any(r.closed_months))"),
        ("S5: a wall time that is another instant", $"select s.id::text from session s where {Standing} and ((s.date + s.start_time) at time zone 'Europe/Paris' <> s.start_instant or s.end_instant - s.start_instant <> make_interval(mins => s.duration_minutes))"),
        ("S6: one room or person at two tables", $"with taken as ({Taken}) select a.resource from taken a join taken b on a.resource = b.resource and a.id < b.id and a.during && b.during"),
        ("S6: taken and not booked", $"select t.resource from ({Taken}) t where not exists (select from booking b where b.session_id = t.id and b.resource = t.resource and b.during = t.during)"),
        ("S6: booked by a session that is cancelled or at another time", "select b.resource from booking b join session s on s.id = b.session_id where s.pole = any(@Poles) and (s.state = 'CANCELLED' or b.during <> tstzrange(s.start_instant, s.end_instant))"),
        ("S7: a capacity that the person did not have that day", "select l.professional from attendance_line l join session s on s.id = l.session_id where s.pole = any(@Poles) and not exists (select from activity a where a.professional = l.professional and (a.profession_table, a.profession_code, a.mode, a.organisation) = (l.profession_table, l.profession_code, l.capacity_mode, l.organisation) and (a.from_date is null or a.from_date <= s.date) and (a.until_date is null or s.date < a.until_date))"),
        ("S7: present at another time", "select l.professional from attendance_line l join session s on s.id = l.session_id where s.pole = any(@Poles) and (l.in_time < s.start_instant - interval '1 hour' or l.out_time > s.end_instant + interval '2 hours')"),
        ("S8: certified alone for oneself", "select s.id::text from session s join programme r on r.name = s.programme where s.pole = any(@Poles) and s.state in ('ATTENDANCE_CERTIFIED', 'SETTLED') and r.indemnified and not exists (select from certification c where c.session_id = s.id and c.sheet_version = s.sheet_version and not exists (select from attendance_line l where l.session_id = s.id and l.professional = c.certifier and l.capacity_mode = 'L')) and (select count(distinct c.certifier) from certification c where c.session_id = s.id and c.sheet_version = s.sheet_version) < 2"),
        ("S8: a correction in force signed by its beneficiary alone", "select c.professional from attendance_correction c join session s on s.id = c.session_id join programme r on r.name = s.programme where s.pole = any(@Poles) and r.indemnified and exists (select from attendance_entry e where e.session_id = c.session_id and e.professional = c.professional and e.revision = c.revision and e.capacity_mode = 'L') and c.author = c.professional and not c.needs_second"),
        ("S9: a line that was not certified", $"select s.id::text from session s where {Signed} and exists ({Kept} except {Then})"),
        ("S9: a certified line that is gone", $"select s.id::text from session s where {Signed} and exists ({Then} except {Kept})"),
        ("S10: an observer, and the patient", "select s.id::text from session s join agenda_item i on i.session_id = s.id and i.state = 'DISCUSSED' join invitation o on o.session_id = s.id and o.role = 'OBSERVER' and o.professional = any(i.present) where s.pole = any(@Poles) and exists (select from patient_presence p where p.session_id = s.id and p.position = i.position)"),
        ("S11: who only listens, invited where the programme is closed", "select i.professional from invitation i join session s on s.id = i.session_id join programme r on r.name = s.programme where s.pole = any(@Poles) and i.role = 'OBSERVER' and not r.open_to_members"),
        ("C2: on two open agendas", "select i.case_name from agenda_item i join session s on s.id = i.session_id where s.pole = any(@Poles) and i.state in ('SCHEDULED', 'OPEN') group by i.case_name having count(*) > 1"),
        ("C2: on an agenda and waiting", "select c.name from ready_case c join agenda_item i on i.case_name = c.name and i.state in ('SCHEDULED', 'OPEN') where c.pole = any(@Poles) and c.waiting"),
        ("C2: ahead on a session that is over", "select i.case_name from agenda_item i join session s on s.id = i.session_id where s.pole = any(@Poles) and i.state in ('SCHEDULED', 'OPEN') and s.state in ('CANCELLED', 'HELD', 'ATTENDANCE_CERTIFIED', 'SETTLED')"),
        ("a case that nobody took back waits nowhere", "select c.name from ready_case c where c.pole = any(@Poles) and not c.waiting and not c.name = any(@Gone) and not exists (select from agenda_item i where i.case_name = c.name and (i.state <> 'REMOVED' or i.reason like 'CONSENT%'))"),
        ("C3: ranks with a gap", "select i.case_name from agenda_item i join session s on s.id = i.session_id where s.pole = any(@Poles) and i.state = 'DISCUSSED' and i.case_name <> '' group by i.case_name having array_agg(i.rank order by i.rank) <> array(select generate_series(1, count(*)::int))"),
        ("C4: neither the physician nor a reason", $"select i.case_name from session s join programme r on r.name = s.programme join agenda_item i on {Live} and i.state = 'SCHEDULED' join ready_case c on c.name = i.case_name where s.pole = any(@Poles) and s.state = 'CONVENED' and r.attending_physician_required and c.attending_physician = '' and c.physician_absence = ''"),
        ("C4: somebody of a case who is not invited", $"select i.case_name || ' ' || p.name from session s join agenda_item i on {Live} and i.state = 'SCHEDULED' join ready_case c on c.name = i.case_name cross join lateral unnest(c.actors || c.requester || c.attending_physician) as p (name) where s.pole = any(@Poles) and s.state = 'CONVENED' and p.name <> '' and not exists (select from invitation v where v.session_id = s.id and v.professional = p.name and v.role <> 'OBSERVER' and (cardinality(v.cases) = 0 or i.case_name = any(v.cases)))"),
        ("invited for a case one has nothing to do with", $"select v.professional || ' ' || n.name from session s join invitation v on v.session_id = s.id cross join lateral unnest(v.cases) as n (name) where s.pole = any(@Poles) and s.state = 'CONVENED' and not exists (select from agenda_item i join ready_case c on c.name = i.case_name where {Live} and i.case_name = n.name and v.professional in (select c.requester union select c.attending_physician union select unnest(c.actors)))"),
        ("C5: discussed at a session that was not open", "select s.id::text from session s join agenda_item i on i.session_id = s.id and i.state = 'DISCUSSED' where s.pole = any(@Poles) and s.state not in ('OPEN', 'HELD', 'ATTENDANCE_CERTIFIED', 'SETTLED')"),
        ("C5: discussed by one structure", "select i.case_name from session s join agenda_item i on i.session_id = s.id and i.state = 'DISCUSSED' where s.pole = any(@Poles) and (select least(count(distinct a.professional), count(distinct a.organisation)) from activity a where a.professional = any(i.present) and a.organisation <> '' and (a.from_date is null or a.from_date <= s.date) and (a.until_date is null or s.date < a.until_date)) < 2"),
        ("C5: two cases at once", "select s.id::text from session s join agenda_item i on i.session_id = s.id and i.state = 'OPEN' and i.start_time is not null where s.pole = any(@Poles) group by s.id having count(*) > 1"),
        ("said otherwise than it is: agenda", "select s.id::text from session s where s.pole = any(@Poles) and (select count(*) filter (where o.event_type like '%.case_scheduled.%') - count(*) filter (where o.event_type like '%.case_unscheduled.%') from outbox o where o.subject = 'sessions/' || s.id) <> (select count(*) from agenda_item i where i.session_id = s.id and i.state <> 'REMOVED')"),
        ("said otherwise than it is: discussed", "select s.id::text from session s where s.pole = any(@Poles) and (select count(*) from outbox o where o.subject = 'sessions/' || s.id and o.event_type like '%.case_discussed.%') <> (select count(*) from agenda_item i where i.session_id = s.id and i.state = 'DISCUSSED')"),
        ("said otherwise than it is: moves", "select s.id::text from session s where s.pole = any(@Poles) and s.sequence <> (select count(*) from outbox o where o.subject = 'sessions/' || s.id and o.event_type like '%.session_moved.%')"),
        ("waits beside a free seat", "select r.professional from registration r join session s on s.id = r.session_id left join room m on m.id = s.room where s.pole = any(@Poles) and s.state in ('PLANNED', 'PREPARED', 'CONVENED') and r.state = 'WAITING' and coalesce(m.seats, 50) - (select count(*) from invitation v where v.session_id = s.id and v.role <> 'OBSERVER') > (select count(*) from registration q where q.session_id = s.id and q.state = 'REGISTERED')"),
    ];

    // One statement, for it is asked after every call.
    private static readonly string AllRules = string.Join("\nunion all\n", Rules.Select((r, i) => $"select {i} as rule, x.what from ({r.Sql}) as x (what)"));

    /// <summary>S1, S2, …: every invariant that is asked, here or of those round the table.</summary>
    public static IReadOnlyList<string> Asked => [.. Rules.Select(r => r.Rule.Split(':')[0]).Append(PlayTable.Invariant).Distinct(StringComparer.Ordinal)];

    /// <summary>Rules that are broken in some pôles, and by what.</summary>
    /// <param name="gone">Cases that Intake took back.</param>
    public static async Task<IReadOnlyList<string>> Broken(SchedulingFixture fixture, string[] poles, IReadOnlySet<string> gone) =>
        [.. (await fixture.Db.Read(
            tx => tx.Query<Finding>(AllRules, new { Poles = poles, Gone = gone.ToArray(), Holidays = PublicHolidays.Of(2026).Keys.ToArray() }),
            CancellationToken.None)).Select(f => $"{Rules[f.Rule].Rule}: {f.What}")];

    /// <summary>Who is invited has it in the calendar as it stands, and nobody else has.</summary>
    public static async Task<IReadOnlyList<string>> ToldOtherwise(SchedulingFixture fixture, string[] poles, string[] people)
    {
        var rows = await fixture.Db.Read(
            tx => tx.Query<Entry>(
                """
                select s.id, s.state, s.sequence, p.name, m.calendar, exists (select from invitation i where i.session_id = s.id and i.professional = p.name) as invited
                from session s cross join professional p
                left join lateral (select calendar from mail_queue q where q.recipient = p.mssante and q.calendar like '%UID:' || s.id || '%' order by q.append_time desc limit 1) m on true
                where s.pole = any(@poles) and s.state in ('CONVENED', 'CANCELLED') and p.mssante <> '' and p.name = any(@people)
                """,
                new { poles, people }),
            CancellationToken.None);
        return [.. rows.Where(r => !r.IsRight).Select(r => $"the calendar of {r.Name} is wrong about {r.Id} ({r.State}, sequence {r.Sequence}, {(r.Invited ? "invited" : "not invited")})")];
    }

    private sealed class Finding
    {
        public int Rule { get; init; }

        public string What { get; init; } = "";
    }

    private sealed class Entry
    {
        public Guid Id { get; init; }

        public string State { get; init; } = "";

        public int Sequence { get; init; }

        public string Name { get; init; } = "";

        public string? Calendar { get; init; }

        public bool Invited { get; init; }

        public bool IsRight => State == "CONVENED" && Invited
            ? Has("METHOD:REQUEST") && Has($"SEQUENCE:{Sequence}\r\n")
            : Calendar is null || Has("METHOD:CANCEL");

        private bool Has(string line) => Calendar?.Contains(line, StringComparison.Ordinal) ?? false;
    }
}
