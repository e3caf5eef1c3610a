using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Replies;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Sessions;

/// <summary>Sessions in the database: whole in, whole out; only what changed is written.</summary>
internal static class MeetingStore
{
    public static async Task<Meeting?> Lock(Tx tx, Guid id) =>
        await tx.SingleOrDefault<MeetingRow>("select * from session where id = @id for update", new { id }) is { } row
            ? (await WithParts(tx, [row.ToMeeting()]))[0]
            : null;

    /// <summary>
    /// Sessions that may still receive cases: planned, not frozen, after a day, with a host convention in force as known
    /// now (S1). Locked in the order of dates, as every verb on several sessions does.
    /// </summary>
    public static async Task<IReadOnlyList<Meeting>> LockOpenForPlacing(Tx tx, string pole, DateOnly after) =>
        await WithParts(tx, [.. (await tx.Query<MeetingRow>(
            """
            select s.* from session s
            where s.pole = @pole and s.date > @after and s.state = 'PLANNED' and s.freeze_time is null
              and exists (select from convention c where c.organisation = s.host
                          and s.date between c.first_date and c.last_date)
            order by s.date for update of s
            """,
            new { pole, after })).Select(r => r.ToMeeting())]);

    /// <summary>All sessions that stand in a season, or for a date of it; locked in the order of dates.</summary>
    public static async Task<IReadOnlyList<Meeting>> LockSeason(Tx tx, string pole, DateOnly first, DateOnly last) =>
        await WithParts(tx, [.. (await tx.Query<MeetingRow>(
            """
            select * from session
            where pole = @pole and (date between @first and @last or planned_date between @first and @last)
            order by date, id for update
            """,
            new { pole, first, last })).Select(r => r.ToMeeting())]);

    /// <summary>Days on which the pôle meets after a season.</summary>
    public static async Task<IReadOnlySet<DateOnly>> DaysAfter(Tx tx, string pole, DateOnly last) =>
        (await tx.Query<DateOnly>("select date from session where pole = @pole and date > @last and state <> 'CANCELLED'", new { pole, last })).ToHashSet();

    /// <summary>Unlocked. Its parts are read after it, so again when it changed in between.</summary>
    public static async Task<Meeting?> Find(Tx tx, Guid id)
    {
        while (await tx.SingleOrDefault<MeetingRow>("select * from session where id = @id", new { id }) is { } row)
        {
            var found = (await WithParts(tx, [row.ToMeeting()]))[0];
            if (await tx.SingleOrDefault<long?>("select version from session where id = @id", new { id }) == found.Version)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Adds agendas, invitations, sheets and signatures.</summary>
    public static async Task<IReadOnlyList<Meeting>> WithParts(Tx tx, IReadOnlyList<Meeting> meetings)
    {
        var ids = new { ids = meetings.Select(m => m.Id).ToArray() };
        var items = (await tx.Query<ItemRow>("select * from agenda_item where session_id = any(@ids) order by position", ids)).ToLookup(r => r.SessionId);
        // Nobody came for a patient before the session opened.
        var presences = (meetings.Any(m => m.State is >= SessionState.Open and not SessionState.Cancelled)
            ? await tx.Query<PatientPresenceRow>("select * from patient_presence where session_id = any(@ids) order by in_time, function", ids)
            : []).ToLookup(r => (r.SessionId, r.Position));
        var invitations = (await tx.Query<InvitationRow>("select * from invitation where session_id = any(@ids) order by professional", ids)).ToLookup(r => r.SessionId);
        var lines = (await tx.Query<LineRow>("select * from attendance_line where session_id = any(@ids) order by professional", ids)).ToLookup(r => r.SessionId);
        var signatures = (await tx.Query<SignatureRow>("select * from certification where session_id = any(@ids) order by certify_time, certifier", ids)).ToLookup(r => r.SessionId);
        var declined = await DeclinedInvitations.Of(tx, meetings);
        IReadOnlyList<Meeting> whole = [.. meetings.Select(m => m with
        {
            Declined = [.. declined[m.Id]],
            Items = [.. items[m.Id].Select(r => r.ToItem() with { PatientPresences = [.. presences[(r.SessionId, r.Position)].Select(p => p.ToPresence())] })],
            Invitations = [.. invitations[m.Id].Select(r => r.ToInvitation())],
            Attendance = [.. lines[m.Id].Select(r => r.ToLine())],
            Signatures = [.. signatures[m.Id].Select(r => new Signature(r.Certifier, r.SheetVersion))],
        })];
        var corrections = await CorrectionStore.Of(tx, whole);
        return corrections.Count == 0 ? whole : [.. whole.Select(m => m with { Corrections = [.. corrections[m.Id]] })];
    }

    public static Task Insert(Tx tx, Meeting m) =>
        tx.Execute(
            """
            insert into session (id, pole, programme, state, date, start_time, duration_minutes, start_instant, end_instant, modality, host,
                                 capacity, warnings, planned_date, moved_by_hand, version, change_time)
            values (@Id, @Pole, @Programme, @state, @Date, @StartTime, @DurationMinutes, @Start, @End, @Modality, @Host,
                    @Capacity, @warnings, @PlannedDate, @MovedByHand, @Version, @ChangeTime)
            """,
            new
            {
                m.Id, m.Pole, m.Programme, state = m.State.Code(), m.Date, m.StartTime, m.DurationMinutes, m.Start, m.End, m.Modality, m.Host,
                m.Capacity, warnings = m.Warnings.ToArray(), m.PlannedDate, m.MovedByHand, m.Version, m.ChangeTime,
            });

    /// <summary>Saves what a decision changed, says its events, and writes to those whom it concerns.</summary>
    /// <param name="now">Of the call or of the event that caused it; the session's last change never goes back.</param>
    /// <returns>The session as saved, with its new version.</returns>
    public static async Task<Meeting> Save(Tx tx, DateTimeOffset now, Meeting before, Decided decided)
    {
        var after = decided.After with { Version = before.Version + 1, ChangeTime = now > before.ChangeTime ? now : before.ChangeTime };
        // The sheet first: once the state is ATTENDANCE_CERTIFIED the database refuses changes to it.
        await SaveParts(tx, now, before, after);
        var saved = await tx.Execute(
            """
            update session set
              state = @state, facilitator = @Facilitator, expert = @Expert, expert_waiver_reason = @ExpertWaiverReason, warnings = @warnings,
              cancel_reason = @CancelReason, cancel_explanation = @CancelExplanation, date = @Date, start_time = @StartTime,
              duration_minutes = @DurationMinutes, start_instant = @Start, end_instant = @End, modality = @Modality, host = @Host, room = @room,
              capacity = @Capacity, sequence = @Sequence, planned_date = @PlannedDate, moved_by_hand = @MovedByHand, freeze_time = @FreezeTime, preparatory_date = @PreparatoryDate, sheet_version = @SheetVersion,
              presented_partners = @presented, version = @Version, change_time = @ChangeTime
            where id = @Id and version = @Version - 1
            """,
            new
            {
                after.Id, state = after.State.Code(), after.Facilitator, after.Expert, after.ExpertWaiverReason, warnings = after.Warnings.ToArray(),
                after.CancelReason, after.CancelExplanation, after.Date, after.StartTime, after.DurationMinutes, after.Start, after.End,
                after.Modality, after.Host, room = Rooms.Room.IdOf(after.Room), after.Capacity, after.Sequence, after.PlannedDate, after.MovedByHand, after.FreezeTime, after.PreparatoryDate, after.SheetVersion, presented = after.PresentedPartners.ToArray(),
                after.Version, after.ChangeTime,
            });
        if (saved != 1)
        {
            throw ServiceDefaults.Grpc.RuleBroken.Stale(after.Name);
        }

        await Outbox.Append(tx, after.Id, after.Name, now, decided.Events);
        await InvitationLetters.Append(tx, now, before, after);
        return after;
    }

    private static async Task SaveParts(Tx tx, DateTimeOffset now, Meeting before, Meeting after)
    {
        if (!ReferenceEquals(before.Items, after.Items))
        {
            await SaveItems(tx, before, after);
        }

        if (!ReferenceEquals(before.Invitations, after.Invitations))
        {
            await SaveInvitations(tx, after);
        }

        if (!ReferenceEquals(before.Attendance, after.Attendance))
        {
            await SaveLines(tx, after);
        }

        foreach (var signature in after.Signatures.Except(before.Signatures))
        {
            await tx.Execute(
                "insert into certification (session_id, certifier, sheet_version, certify_time) values (@Id, @Certifier, @SheetVersion, @now)",
                new { after.Id, signature.Certifier, signature.SheetVersion, now });
        }
    }

    private static async Task SaveItems(Tx tx, Meeting before, Meeting m)
    {
        // Cases that changed places leave first: one is on one open agenda only, at one position.
        var moved = before.Items.Where(i => m.Items.Any(n => n.Position == i.Position && n.Case != i.Case)).Select(i => i.Position).ToArray();
        if (moved.Length > 0)
        {
            await tx.Execute("delete from agenda_item where session_id = @Id and position = any(@moved)", new { m.Id, moved });
        }

        // The one put back stops before another begins: one runs at a time, row by row.
        if (before.Running is { } running && m.Running is { } next && next.Position != running.Position)
        {
            await tx.Execute("update agenda_item set start_time = null where session_id = @Id and position = @Position", new { m.Id, running.Position });
        }

        await tx.Execute(
            """
            insert into agenda_item (session_id, position, case_name, state, reason, present, discuss_time, rank, added_reason,
                                     review, review_reason, needs_function, needs_professional, start_time, patient_expected)
            select @Id, i.position, i.case_name, i.state, i.reason, i.present, i.discuss_time,
                   case when i.rank > 0 then i.rank
                        else (select count(*) + 1 from agenda_item d where d.case_name = i.case_name and d.state = 'DISCUSSED') end,
                   i.added_reason, i.review, i.review_reason, i.needs_function, i.needs_professional, i.start_time, i.patient_expected
            from jsonb_to_recordset(@items::jsonb) as i(
              position int, case_name text, state text, reason text, present text[], discuss_time timestamptz, rank int, added_reason text,
              review text, review_reason text, needs_function text, needs_professional text, start_time timestamptz, patient_expected boolean)
            order by i.position
            on conflict (session_id, position) do update set
              state = excluded.state, reason = excluded.reason, present = excluded.present, discuss_time = excluded.discuss_time,
              review = excluded.review, review_reason = excluded.review_reason, needs_function = excluded.needs_function,
              needs_professional = excluded.needs_professional, start_time = excluded.start_time, patient_expected = excluded.patient_expected
            """,
            new { m.Id, items = JsonRows.Of(m.Items.Select(ItemRow.Of)) });
        foreach (var item in m.Items.Where(i => before.Items.Any(b => b.Position == i.Position && !ReferenceEquals(b.PatientPresences, i.PatientPresences))))
        {
            await SavePatientPresences(tx, m.Id, item);
        }
    }

    private static async Task SavePatientPresences(Tx tx, Guid session, Item item)
    {
        await tx.Execute("delete from patient_presence where session_id = @session and position = @Position", new { session, item.Position });
        foreach (var presence in item.PatientPresences)
        {
            await tx.Execute(
                "insert into patient_presence (session_id, position, function, in_time, out_time) values (@session, @Position, @function, @came, @left)",
                new
                {
                    session, item.Position, function = presence.Function.Code(), came = presence.InTime.ToDateTimeOffset(), left = presence.OutTime?.ToDateTimeOffset(),
                });
        }
    }

    private static async Task SaveInvitations(Tx tx, Meeting m)
    {
        await tx.Execute("delete from invitation where session_id = @Id", new { m.Id });
        await tx.Execute(
            """
            insert into invitation (session_id, professional, role, cases)
            select @Id, i.professional, i.role, i.cases
            from jsonb_to_recordset(@invitations::jsonb) as i(professional text, role text, cases text[])
            """,
            new { m.Id, invitations = JsonRows.Of(m.Invitations.Select(i => new { i.Professional, Role = i.Role.Code(), Cases = i.Cases.ToArray() })) });
    }

    private static Task SaveLines(Tx tx, Meeting m) =>
        tx.Execute(
            """
            insert into attendance_line (session_id, professional, role, profession_table, profession_code, capacity_mode, organisation, mode,
                                         in_time, out_time, cases, kilometres, no_other_funder_declared, signature,
                                         other_funder_declared, replaces, replacement_licence)
            select @Id, l.professional, l.role, l.profession_table, l.profession_code, l.capacity_mode, l.organisation, l.mode,
                   l.in_time, l.out_time, l.cases, l.kilometres, l.no_other_funder_declared, l.signature,
                   l.other_funder_declared, l.replaces, l.replacement_licence
            from jsonb_to_recordset(@lines::jsonb) as l(
              professional text, role text, profession_table text, profession_code text, capacity_mode text, organisation text, mode text,
              in_time timestamptz, out_time timestamptz, cases text[], kilometres int, no_other_funder_declared boolean, signature text,
              other_funder_declared boolean, replaces text, replacement_licence text)
            on conflict (session_id, professional) do update set
              role = excluded.role, profession_table = excluded.profession_table, profession_code = excluded.profession_code,
              capacity_mode = excluded.capacity_mode, organisation = excluded.organisation, mode = excluded.mode,
              in_time = excluded.in_time, out_time = excluded.out_time, cases = excluded.cases, kilometres = excluded.kilometres,
              no_other_funder_declared = excluded.no_other_funder_declared, signature = excluded.signature,
              other_funder_declared = excluded.other_funder_declared, replaces = excluded.replaces, replacement_licence = excluded.replacement_licence
            """,
            new { m.Id, lines = JsonRows.Of(m.Attendance.Select(LineRow.Of)) });
}
