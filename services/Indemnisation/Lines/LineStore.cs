using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

internal static class LineStore
{
    private const string Columns =
        """
        id, revision, live, state, session, session_date, start_time, pole, programme, fiscal_year, professional, rpps,
        profession_table, profession_code, organisation, component, by_video, present_minutes, kilometres, due_cents,
        amount_cents, reason, payee, rate_grid, envelope, certifiers, approver, payment, corrects, version, change_time
        """;

    /// <summary>The order in which lines are locked and capped (DESIGN §7.17).</summary>
    private const string Ordered = "order by start_time, session, professional, component, id";

    public static Task<IReadOnlyList<Line>> LockLiveOf(Tx tx, string session) =>
        tx.Query<Line>($"select {Columns} from indemnity_line where session = @session and live {Ordered} for update", new { session });

    public static Task<IReadOnlyList<Line>> Lock(Tx tx, Guid[] ids) =>
        tx.Query<Line>($"select {Columns} from indemnity_line where id = any(@ids) {Ordered} for update", new { ids });

    /// <summary>Lines recorded or committed of a programme, of all years when none is said.</summary>
    public static Task<IReadOnlyList<Line>> LockOpenOf(Tx tx, string programme, int? fiscalYear) =>
        tx.Query<Line>(
            $"""
            select {Columns} from indemnity_line
            where programme = @programme and state in (1, 2) and (@fiscalYear::int is null or fiscal_year = @fiscalYear) {Ordered} for update
            """,
            new { programme, fiscalYear });

    public static Task<IReadOnlyList<Line>> LockRecordedOf(Tx tx, IReadOnlyCollection<string> professionals) =>
        tx.Query<Line>(
            $"select {Columns} from indemnity_line where professional = any(@names) and state = 2 {Ordered} for update",
            new { names = professionals.ToArray() });

    /// <summary>Approved, not in a run, of sessions up to the day.</summary>
    public static Task<IReadOnlyList<Line>> LockPayable(Tx tx, string programme, DateOnly upTo) =>
        tx.Query<Line>(
            $"""
            select {Columns} from indemnity_line
            where programme = @programme and session_date <= @upTo and state = 4 and payment is null {Ordered} for update
            """,
            new { programme, upTo });

    public static Task<IReadOnlyList<Line>> Page(Tx tx, LineFilter filter, LinePosition? after, int limit) =>
        tx.Query<Line>(
            $"""
            select {Columns} from indemnity_line
            where (cardinality(@States) = 0 or state = any(@States))
              and (@Session = '' or session = @Session)
              and (@Professional = '' or professional = @Professional)
              and (not @OwnOnly or professional = @Subject or (@Rpps <> '' and rpps = @Rpps))
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
                after?.Id,
                StartTime = after?.StartTime ?? DateTimeOffset.UnixEpoch,
                AfterSession = after?.Session ?? "",
                AfterProfessional = after?.Professional ?? "",
                Component = (int)(after?.Component ?? Component.Unspecified),
                limit,
            });

    /// <summary>Saves the lines, moves what they weigh in their envelopes, and says the events, in that order.</summary>
    public static async Task Save(Tx tx, IReadOnlyList<Change> changes, DateTimeOffset now)
    {
        foreach (var change in changes)
        {
            await (change.Before is null ? Insert(tx, change.After) : Update(tx, change.After));
            if (change.Reductions.Count > 0)
            {
                await tx.Execute(
                    "insert into line_reduction (line_id, cap, cents) values (@Id, @Cap, @Cents)",
                    change.Reductions.Select(r => new { change.After.Id, r.Cap, r.Cents }).ToList());
            }
        }

        await EnvelopeStore.Move(tx, changes, now);
        foreach (var change in changes)
        {
            await Outbox.Append(tx, change.After.Id, change.After.Name, now, change.Events);
        }
    }

    private static Task Insert(Tx tx, Line line) =>
        tx.Execute(
            $"""
            insert into indemnity_line ({Columns})
            values (@Id, @Revision, @Live, @State, @Session, @SessionDate, @StartTime, @Pole, @Programme, @FiscalYear, @Professional, @Rpps,
              @ProfessionTable, @ProfessionCode, @Organisation, @Component, @ByVideo, @PresentMinutes, @Kilometres, @DueCents,
              @AmountCents, @Reason, @Payee, @RateGrid, @Envelope, @Certifiers, @Approver, @Payment, @Corrects, @Version, @ChangeTime)
            """,
            line);

    private static async Task Update(Tx tx, Line line)
    {
        var touched = await tx.Execute(
            """
            update indemnity_line set live = @Live, state = @State, session_date = @SessionDate, start_time = @StartTime, fiscal_year = @FiscalYear,
              rpps = @Rpps, profession_table = @ProfessionTable, profession_code = @ProfessionCode, organisation = @Organisation,
              by_video = @ByVideo, present_minutes = @PresentMinutes, kilometres = @Kilometres, due_cents = @DueCents,
              amount_cents = @AmountCents, reason = @Reason, payee = @Payee, rate_grid = @RateGrid, envelope = @Envelope,
              certifiers = @Certifiers, approver = @Approver, payment = @Payment, version = version + 1, change_time = @ChangeTime
            where id = @Id and version = @Version
            """,
            line);
        if (touched != 1)
        {
            throw new InvalidOperationException($"{line.Name} changed under its lock.");
        }
    }
}

/// <summary>Which lines; a professional sees one's own.</summary>
internal sealed record LineFilter(int[] States, string Session, string Professional, bool OwnOnly, string Subject, string Rpps);

internal sealed record LinePosition(DateTimeOffset StartTime, string Session, string Professional, Component Component, Guid Id);
