using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Notices;

/// <summary>A session as the public sees it: never a case, nor how many.</summary>
internal sealed class Notice
{
    public Guid SessionId { get; init; }

    public DateOnly Date { get; init; }

    public TimeOnly StartTime { get; init; }

    public int DurationMinutes { get; init; }

    public DateTimeOffset StartInstant { get; init; }

    public string Modality { get; init; } = "";

    public bool Cancelled { get; init; }

    public string Pole { get; init; } = "";

    public string Programme { get; init; } = "";

    public bool OpenToMembers { get; init; }

    public string Place { get; init; } = "";

    /// <summary>Those who agreed to be named.</summary>
    public string[] People { get; init; } = [];

    public DateTimeOffset ChangeTime { get; init; }

    public string Url => $"{NoticesEndpoint.Path}#s-{SessionId}";

    /// <summary>Published sessions from a day on.</summary>
    public static Task<IReadOnlyList<Notice>> From(Tx tx, DateOnly today, int limit) => tx.Query<Notice>(
        """
        select n.session_id, s.date, s.start_time, s.duration_minutes, s.start_instant, s.modality, s.state = 'CANCELLED' as cancelled,
               coalesce(p.display_name, '') as pole, coalesce(nullif(r.display_name, ''), split_part(s.programme, '/', 2)) as programme,
               coalesce(r.open_to_members, false) as open_to_members, n.place, n.change_time,
               array(select a.display_name from announcement a where a.session_id = n.session_id order by a.display_name collate "C") as people
        from notice n
        join session s on s.id = n.session_id
        left join pole p on p.name = s.pole
        left join programme r on r.name = s.programme
        where s.date >= @today
        order by s.start_instant, s.id
        limit @limit
        """,
        new { today, limit });

    /// <summary>Locks the session's notice; false when there is none to be seen by the public.</summary>
    public static async Task<bool> LockPublished(Tx tx, Meeting meeting) =>
        (await tx.Query<int>("select 1 from notice where session_id = @Id for update", new { meeting.Id })).Count > 0
        && meeting.State is SessionState.Planned or SessionState.Prepared or SessionState.Convened or SessionState.Open;
}
