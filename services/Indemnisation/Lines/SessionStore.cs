using Google.Protobuf;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>What Scheduling last said of a session that concerns money.</summary>
public enum SessionState
{
    Convened = 1,
    Cancelled = 2,
    Certified = 3,
}

internal sealed class SessionRow
{
    public string Name { get; init; } = "";

    public SessionState State { get; init; }

    /// <summary>The SessionConvened or AttendanceCertified that made the state; null before the first.</summary>
    public byte[]? Event { get; init; }
}

internal static class SessionStore
{
    /// <summary>The session's row under lock, made when it is not known yet.</summary>
    public static async Task<SessionRow> Lock(Tx tx, string name, DateTimeOffset now)
    {
        await tx.Execute(
            "insert into session_seen (name, state, change_time) values (@name, 1, @now) on conflict do nothing", new { name, now });
        return await tx.Single<SessionRow>("select name, state, event from session_seen where name = @name for update", new { name });
    }

    public static Task<SessionRow?> Find(Tx tx, string name) =>
        tx.SingleOrDefault<SessionRow>("select name, state, event from session_seen where name = @name for update", new { name });

    public static Task Save(
        Tx tx, string name, SessionState state, string programme, DateOnly date, IMessage said, string waitingReason, DateTimeOffset now) =>
        tx.Execute(
            """
            update session_seen set state = @state, programme = @programme, session_date = @date, event = @Event, waiting_reason = @waitingReason, change_time = @now
            where name = @name
            """,
            new { name, state = (int)state, programme, date, Event = said.ToByteArray(), waitingReason, now });

    /// <summary>Once each, in the order of their names: each is found and locked by what writes it.</summary>
    /// <param name="waits">Those whose programme is unknown.</param>
    /// <returns>Those that were not certified before.</returns>
    public static async Task<IReadOnlySet<string>> Certify(Tx tx, IEnumerable<CertifiedSheet> certified, Func<CertifiedSheet, bool> waits)
    {
        var sheets = certified.OrderBy(s => s.Sheet.Session, StringComparer.Ordinal).ToList();
        return (await tx.Query<string>(
            """
            insert into session_seen as s (name, state, programme, session_date, event, waiting_reason, change_time)
            select name, 3, programme, session_date, event, waiting_reason, change_time
            from unnest(@names, @programmes, @dates, @events, @reasons, @times) as n (name, programme, session_date, event, waiting_reason, change_time)
            on conflict (name) do update set state = 3, programme = excluded.programme, session_date = excluded.session_date, event = excluded.event,
              waiting_reason = excluded.waiting_reason, change_time = excluded.change_time
            where s.state <> 3
            returning name
            """,
            new
            {
                names = sheets.ConvertAll(s => s.Sheet.Session).ToArray(),
                programmes = sheets.ConvertAll(s => s.Sheet.Programme).ToArray(),
                dates = sheets.ConvertAll(s => s.Date).ToArray(),
                events = sheets.ConvertAll(s => s.Sheet.ToByteArray()).ToArray(),
                reasons = sheets.ConvertAll(s => waits(s) ? Reasons.ProgrammeMissing : "").ToArray(),
                times = sheets.ConvertAll(s => s.Time).ToArray(),
            })).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Their programme is known now.</summary>
    public static Task WaitNoMore(Tx tx, IEnumerable<string> names, DateTimeOffset now) =>
        tx.Execute("update session_seen set waiting_reason = '', change_time = @now where name = any(@names)", new { names = names.ToArray(), now });

    public static Task Cancel(Tx tx, string name, DateTimeOffset now) =>
        tx.Execute("update session_seen set state = 2, waiting_reason = '', change_time = @now where name = @name", new { name, now });

    /// <summary>Sessions of a programme that wait for its rules: in their order, those after the given one.</summary>
    public static Task<IReadOnlyList<SessionRow>> Waiting(Tx tx, string programme, string? after, int limit) =>
        tx.Query<SessionRow>(
            """
            select name, state, event from session_seen
            where programme = @programme and waiting_reason <> ''
              and (@after::text is null or (session_date, name) > (select session_date, name from session_seen where name = @after))
            order by session_date, name limit @limit for update
            """,
            new { programme, after, limit });
}
