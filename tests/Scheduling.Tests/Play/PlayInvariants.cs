using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Ics;
using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Tests.Play;

/// <summary>
/// The invariants of DOMAIN §5, asked of the database: each statement returns what breaks its rule. S11 is no refusal but a
/// return value (SessionDayTests).
/// </summary>
internal static class PlayInvariants
{
    private const string Standing = "s.pole = any(@Poles) and s.state <> 'CANCELLED'";
    private const string Convened = "s.pole = any(@Poles) and s.state in ('CONVENED', 'OPEN', 'HELD', 'ATTENDANCE_CERTIFIED', 'SETTLED')";
    private const string Live = "i.session_id = s.id and i.state <> 'REMOVED'";

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
        ("S10: an observer, and the patient", "select s.id::text from session s join agenda_item i on i.session_id = s.id and i.state = 'DISCUSSED' join invitation o on o.session_id = s.id and o.role = 'OBSERVER' and o.professional = any(i.present) where s.pole = any(@Poles) and exists (select from patient_presence p where p.session_id = s.id and p.position = i.position)"),
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

    /// <summary>Rules that are broken, and by what.</summary>
    public static async Task<IReadOnlyList<string>> Broken(PlayWorld world, IReadOnlySet<string> gone)
    {
        var given = new { world.Poles, Gone = gone.ToArray(), Holidays = PublicHolidays.Of(2026).Keys.ToArray() };
        var broken = await world.Fixture.Db.Read(
            async tx =>
            {
                var found = new List<string>();
                foreach (var (rule, sql) in Rules)
                {
                    found.AddRange((await tx.Query<string>(sql, given)).Select(what => $"{rule}: {what}"));
                }

                return found;
            },
            CancellationToken.None);
        var sessions = await world.Sessions();
        return [.. broken, .. await Certified(world, sessions), .. await Told(world)];
    }

    /// <summary>S9: the sheet is what was certified.</summary>
    private static async Task<IEnumerable<string>> Certified(PlayWorld world, IReadOnlyList<Seen> sessions)
    {
        var broken = new List<string>();
        foreach (var session in sessions.Where(s => s.State is "ATTENDANCE_CERTIFIED" or "SETTLED"))
        {
            var said = (await world.Fixture.Said(session.Name)).Single(e => e.EventType.Contains(".attendance_certified.", StringComparison.Ordinal)).As<AttendanceCertified>();
            var kept = await world.Fixture.Db.Read(
                tx => tx.Query<string>(
                    "select professional || ' ' || capacity_mode || ' ' || organisation || ' ' || kilometres || ' ' || extract(epoch from in_time)::bigint || ' ' || extract(epoch from out_time)::bigint from attendance_line where session_id = @Id",
                    new { session.Id }),
                CancellationToken.None);
            var then = said.Lines.Select(l => $"{l.Professional} {l.Capacity.Mode} {l.Capacity.Organisation} {l.Kilometres} {l.InTime.Seconds} {l.OutTime.Seconds}");
            broken.AddRange(kept.Order(StringComparer.Ordinal).SequenceEqual(then.Order(StringComparer.Ordinal)) ? [] : [$"S9: the sheet of {session.Name} is no more what was certified"]);
        }

        return broken;
    }

    /// <summary>Who is invited has it in the calendar as it stands, and nobody else has.</summary>
    private static async Task<IEnumerable<string>> Told(PlayWorld world)
    {
        var rows = await world.Fixture.Db.Read(
            tx => tx.Query<Entry>(
                """
                select s.id, s.state, s.sequence, p.name, m.calendar, exists (select from invitation i where i.session_id = s.id and i.professional = p.name) as invited
                from session s cross join professional p
                left join lateral (select calendar from mail_queue q where q.recipient = p.mssante and q.calendar like '%UID:' || s.id || '%' order by q.append_time desc limit 1) m on true
                where s.pole = any(@Poles) and s.state in ('CONVENED', 'CANCELLED') and p.mssante <> '' and p.name = any(@people)
                """,
                new { world.Poles, people = world.People.Concat(world.Members).ToArray() }),
            CancellationToken.None);
        return rows.Where(r => !r.IsRight).Select(r => $"the calendar of {r.Name} is wrong about {r.Id} ({r.State}, sequence {r.Sequence}, {(r.Invited ? "invited" : "not invited")})");
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
