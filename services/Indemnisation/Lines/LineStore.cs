using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// Lines are written to <c>indemnity_line</c> until they are calculated, and read from <c>line_now</c>, where approval, payment
/// and what the bank said follow from the facts of their own tables (ADR 0028).
/// </summary>
internal static class LineStore
{
    private const string Columns =
        """
        id, revision, live, state, session, session_date, start_time, pole, programme, fiscal_year, professional, rpps,
        profession_table, profession_code, organisation, component, by_video, present_minutes, kilometres, due_cents,
        amount_cents, reason, payee, rate_grid, envelope, approver, payment, corrects, version, change_time,
        role, mode, declaration, replaces, replacement_licence, convention, identity_source, identity_verified_date
        """;

    private const string Written =
        """
        id, revision, live, state, session, session_date, start_time, pole, programme, fiscal_year, professional, rpps,
        profession_table, profession_code, organisation, component, by_video, present_minutes, kilometres, due_cents,
        amount_cents, reason, payee, rate_grid, envelope, corrects, version, change_time,
        role, mode, declaration, replaces, replacement_licence, convention, identity_source, identity_verified_date
        """;

    /// <summary>The order in which lines are locked and capped (DESIGN §7.17).</summary>
    private const string Ordered = "order by start_time, session, professional, component, id";

    public static Task<IReadOnlyList<Line>> LockLiveOf(Tx tx, IReadOnlyCollection<string> sessions) =>
        Locked(tx, "session = any(@sessions) and live", new { sessions = sessions.ToArray() });

    /// <summary>Live or not, cancelled ones left out.</summary>
    public static Task<IReadOnlyList<Line>> LockOfSession(Tx tx, string session) => Locked(tx, "session = @session and state <> 8", new { session });

    public static Task<IReadOnlyList<Line>> Lock(Tx tx, Guid[] ids) => Locked(tx, "id = any(@ids)", new { ids });

    /// <summary>Lines recorded or committed of a programme, of all years when none is said: in their order, those after the given one.</summary>
    public static Task<IReadOnlyList<Line>> LockOpenOf(Tx tx, string programme, int? fiscalYear, Guid? after, int limit) =>
        Locked(
            tx,
            """
            programme = @programme and state in (1, 2) and (@fiscalYear::int is null or fiscal_year = @fiscalYear)
            and (@after::uuid is null or (start_time, session, professional, component, id)
              > (select start_time, session, professional, component, id from indemnity_line where id = @after))
            """,
            new { programme, fiscalYear, after, limit },
            "limit @limit");

    /// <summary>Of all programmes.</summary>
    public static Task<IReadOnlyList<Line>> LockCommittedOf(Tx tx, int fiscalYear) => Locked(tx, "state = 1 and fiscal_year = @fiscalYear", new { fiscalYear });

    /// <summary>Live lines that got less than their due for want of the envelope, in their order.</summary>
    public static Task<IReadOnlyList<Guid>> ReducedByEnvelope(Tx tx, string envelope) => tx.Query<Guid>(
        $"""
        select id from indemnity_line l
        where envelope = @envelope and live and state = 3 and exists (select from line_reduction r where r.line_id = l.id and r.cap = 'CAP_ENVELOPE')
        {Ordered}
        """,
        new { envelope });

    public static Task<IReadOnlyList<Line>> LockRecordedOf(Tx tx, IReadOnlyCollection<string> professionals) =>
        Locked(tx, "professional = any(@names) and state = 2", new { names = professionals.ToArray() });

    public static Task<IReadOnlyList<Line>> Page(Tx tx, LineFilter filter, LinePosition? after, int limit) =>
        tx.Query<Line>(
            $"""
            select {Columns} from line_now
            where (cardinality(@States) = 0 or state = any(@States))
              and (@Session = '' or session = @Session)
              and (@Professional = '' or professional = @Professional)
              and (not @OwnOnly or professional = @Subject or (@Rpps <> '' and rpps = @Rpps))
              {(filter.Payment is null ? "" : "and payment = @Payment")}
              and (@Id::uuid is null or (start_time, session, professional, component, id) > (@StartTime, @AfterSession, @AfterProfessional, @Component, @Id))
            {Ordered} limit @limit
            """,
            new
            {
                filter.States,
                filter.Session,
                filter.Professional,
                filter.OwnOnly,
                filter.Subject,
                filter.Rpps,
                filter.Payment,
                after?.Id,
                StartTime = after?.StartTime ?? DateTimeOffset.UnixEpoch,
                AfterSession = after?.Session ?? "",
                AfterProfessional = after?.Professional ?? "",
                Component = (int)(after?.Component ?? Component.Unspecified),
                limit,
            });

    /// <summary>As answers show them, with what each cap took off.</summary>
    public static async Task<IReadOnlyList<IndemnityLine>> Shown(Tx tx, IReadOnlyCollection<Line> lines)
    {
        var reductions = await tx.Query<(Guid Line, string Cap, long Cents)>(
            """
            select line_id, cap, cents from line_reduction where line_id = any(@ids)
            order by array_position(array['CAP_SESSION', 'CAP_DAY', 'CAP_YEAR', 'CAP_ENVELOPE'], cap)
            """,
            new { ids = lines.Select(l => l.Id).ToArray() });
        var ofLines = reductions.ToLookup(r => r.Line, r => new Reduction(r.Cap, r.Cents));
        return [.. lines.Select(l => l.ToProto(ofLines[l.Id]))];
    }

    /// <summary>
    /// Saves the lines, says the events, and last moves what they weigh on people's years and then on envelopes: everybody else
    /// waits for these, from then to the commit.
    /// </summary>
    public static async Task Save(Tx tx, IReadOnlyList<Change> changes, DateTimeOffset now)
    {
        if (changes.Count == 0)
        {
            return;
        }

        await tx.Copy($"indemnity_line ({Written})", changes.Where(c => c.Before is null).Select(c => c.After), Write);
        await Update(tx, [.. changes.Where(c => c.Before is not null).Select(c => c.After)]);
        await tx.Copy(
            "line_reduction (line_id, cap, cents)",
            changes.SelectMany(c => c.Reductions.Select(r => (c.After.Id, Reduction: r))),
            (copy, r) =>
            {
                copy.Write(r.Id);
                copy.Write(r.Reduction.Cap);
                copy.Write(r.Reduction.Cents);
            });
        await Said.Append(tx, changes, now);
        await PersonYears.Move(tx, changes);
        await Presences.MustBeApart(tx, changes);
        await EnvelopeStore.Move(tx, changes, now);
    }

    /// <summary>
    /// Locks first and reads then: what somebody else committed while this waited is seen. Who approves or calculates comes
    /// with the same locks, so the facts beside the rows stand still too.
    /// </summary>
    private static async Task<IReadOnlyList<Line>> Locked(Tx tx, string where, object parameters, string limit = "")
    {
        var ids = await tx.Query<Guid>($"select id from indemnity_line where {where} {Ordered} {limit} for update", parameters);
        return ids.Count == 0 ? [] : await tx.Query<Line>($"select {Columns} from line_now where id = any(@ids) {Ordered}", new { ids = ids.ToArray() });
    }

    private static void Write(CopyRows copy, Line line)
    {
        copy.Write(line.Id);
        copy.Write(line.Revision);
        copy.Write(line.Live);
        copy.Write((int)line.StoredState);
        copy.Write(line.Session);
        copy.Write(line.SessionDate);
        copy.Write(line.StartTime);
        copy.Write(line.Pole);
        copy.Write(line.Programme);
        copy.Write(line.FiscalYear);
        copy.Write(line.Professional);
        copy.Write(line.Rpps);
        copy.Write(line.ProfessionTable);
        copy.Write(line.ProfessionCode);
        copy.Write(line.Organisation);
        copy.Write((int)line.Component);
        copy.Write(line.ByVideo);
        copy.Write(line.PresentMinutes);
        copy.Write(line.Kilometres);
        copy.Write(line.DueCents);
        copy.Write(line.AmountCents);
        copy.Write(line.Reason);
        copy.Write(line.Payee);
        copy.Write(line.RateGrid);
        copy.Write(line.Envelope);
        copy.Write(line.Corrects);
        copy.Write(line.Version);
        copy.Write(line.ChangeTime);
        copy.Write((short)line.Role);
        copy.Write(line.Mode);
        copy.Write((short)line.Declaration);
        copy.Write(line.Replaces);
        copy.Write(line.ReplacementLicence);
        copy.Write(line.Convention);
        copy.Write((short)line.IdentitySource);
        copy.Write(line.IdentityVerifiedDate);
    }

    private static async Task Update(Tx tx, IReadOnlyList<Line> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        var touched = await tx.Execute(
            """
            update indemnity_line l set live = n.live, state = n.stored_state, session_date = n.session_date, start_time = n.start_time,
              fiscal_year = n.fiscal_year, rpps = n.rpps, profession_table = n.profession_table, profession_code = n.profession_code,
              organisation = n.organisation, by_video = n.by_video, present_minutes = n.present_minutes, kilometres = n.kilometres,
              due_cents = n.due_cents, amount_cents = n.amount_cents, reason = n.reason, payee = n.payee, rate_grid = n.rate_grid,
              envelope = n.envelope, version = l.version + 1, change_time = n.change_time, role = n.role, mode = n.mode,
              declaration = n.declaration, replaces = n.replaces, replacement_licence = n.replacement_licence, convention = n.convention,
              identity_source = n.identity_source, identity_verified_date = n.identity_verified_date
            from jsonb_to_recordset(@rows::jsonb) as n (
              id uuid, version int, live boolean, stored_state int, session_date date, start_time timestamptz, fiscal_year int, rpps text,
              profession_table text, profession_code text, organisation text, by_video boolean, present_minutes int, kilometres int,
              due_cents bigint, amount_cents bigint, reason text, payee text, rate_grid text, envelope text, change_time timestamptz,
              role smallint, mode text, declaration smallint, replaces text, replacement_licence text, convention text, identity_source smallint,
              identity_verified_date date)
            where l.id = n.id and l.version = n.version
            """,
            new { rows = JsonRows.Of(lines) });
        if (touched != lines.Count)
        {
            throw new InvalidOperationException($"{lines.Count - touched} of {lines[0].Name} … {lines[^1].Name} changed under their lock.");
        }
    }
}

/// <summary>Which lines; a professional sees one's own.</summary>
internal sealed record LineFilter(int[] States, string Session, string Professional, bool OwnOnly, string Subject, string Rpps, Guid? Payment);

internal sealed record LinePosition(DateTimeOffset StartTime, string Session, string Professional, Component Component, Guid Id);
