using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Funding;

/// <summary>Sessions as Scheduling tells of them; each event in its session's order, any of them the first that is heard.</summary>
internal static class SessionFacts
{
    /// <summary>1 planned, 2 cancelled, 3 certified; once certified it is.</summary>
    private const string WhereItStands =
        """
        on conflict (name) do update
        set session_date = excluded.session_date, state = excluded.state, discussed_cases = excluded.discussed_cases, change_time = excluded.change_time
        where f.state <> 3
        """;

    public static Task Planned(Tx tx, SessionPlanned said, DateTimeOffset now) =>
        Plan(tx, said.Session, said.Programme, said.Pole, said.Date, now);

    public static Task Convened(Tx tx, SessionConvened said, DateTimeOffset now) =>
        Plan(tx, said.Session, said.Programme, said.Pole, said.Date, now);

    public static Task Moved(Tx tx, SessionMoved said, DateTimeOffset now) =>
        tx.Execute(
            "update session_fact set session_date = @date, change_time = @now where name = @Session",
            new { said.Session, date = said.Date.ToDate()!.Value, now });

    public static Task Cancelled(Tx tx, SessionCancelled said, DateTimeOffset now) =>
        tx.Execute("update session_fact set state = 2, change_time = @now where name = @Session", new { said.Session, now });

    /// <summary>Sheets come in batches when a year is settled: one statement.</summary>
    public static Task Certified(Tx tx, IEnumerable<AttendanceCertified> sheets, DateTimeOffset now)
    {
        var said = sheets.DistinctBy(s => s.Session, StringComparer.Ordinal).OrderBy(s => s.Session, StringComparer.Ordinal).ToList();
        return tx.Execute(
            $"""
            insert into session_fact as f (name, programme, pole, session_date, state, discussed_cases, change_time)
            select n, pr, po, d, 3, c, @now from unnest(@names, @programmes, @poles, @dates, @discussed) as u (n, pr, po, d, c)
            {WhereItStands}
            """,
            new
            {
                names = said.Select(s => s.Session).ToArray(),
                programmes = said.Select(s => s.Programme).ToArray(),
                poles = said.Select(s => s.Pole).ToArray(),
                dates = said.Select(s => s.Date.ToDate()!.Value).ToArray(),
                discussed = said.Select(s => s.HasDiscussedCases ? s.DiscussedCases : (int?)null).ToArray(),
                now,
            });
    }

    private static Task Plan(Tx tx, string name, string programme, string pole, Google.Type.Date date, DateTimeOffset now) =>
        tx.Execute(
            $"""
            insert into session_fact as f (name, programme, pole, session_date, state, change_time)
            values (@name, @programme, @pole, @date, 1, @now)
            {WhereItStands}
            """,
            new { name, programme, pole, date = date.ToDate()!.Value, now });
}
