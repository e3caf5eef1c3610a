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

    /// <summary>Those of a batch, locked in the order of their names; only what they were is read.</summary>
    public static async Task<IReadOnlyDictionary<string, SessionState>> Lock(Tx tx, IReadOnlyCollection<string> names, DateTimeOffset now)
    {
        var ordered = names.Order(StringComparer.Ordinal).ToArray();
        await tx.Execute(
            "insert into session_seen (name, state, change_time) select unnest(@ordered), 1, @now on conflict do nothing", new { ordered, now });
        return (await tx.Query<SessionRow>("select name, state from session_seen where name = any(@ordered) order by name for update", new { ordered }))
            .ToDictionary(s => s.Name, s => s.State, StringComparer.Ordinal);
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

    /// <param name="waits">Those whose programme is unknown.</param>
    public static Task Certify(Tx tx, IReadOnlyList<CertifiedSheet> sheets, Func<CertifiedSheet, bool> waits) =>
        tx.Execute(
            """
            update session_seen s set state = 3, programme = n.programme, session_date = n.session_date, event = n.event,
              waiting_reason = n.waiting_reason, change_time = n.change_time
            from unnest(@names, @programmes, @dates, @events, @reasons, @times) as n (name, programme, session_date, event, waiting_reason, change_time)
            where s.name = n.name
            """,
            new
            {
                names = sheets.Select(s => s.Sheet.Session).ToArray(),
                programmes = sheets.Select(s => s.Sheet.Programme).ToArray(),
                dates = sheets.Select(s => s.Date).ToArray(),
                events = sheets.Select(s => s.Sheet.ToByteArray()).ToArray(),
                reasons = sheets.Select(s => waits(s) ? Reasons.ProgrammeMissing : "").ToArray(),
                times = sheets.Select(s => s.Time).ToArray(),
            });

    public static Task Cancel(Tx tx, string name, DateTimeOffset now) =>
        tx.Execute("update session_seen set state = 2, waiting_reason = '', change_time = @now where name = @name", new { name, now });

    /// <summary>Sessions of a programme that wait for its rules.</summary>
    public static Task<IReadOnlyList<SessionRow>> Waiting(Tx tx, string programme) =>
        tx.Query<SessionRow>(
            "select name, state, event from session_seen where programme = @programme and waiting_reason <> '' order by session_date, name for update",
            new { programme });
}
