using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Replies;

/// <summary>Whom a session cannot do without, and who has declined it as it now stands: a warning while it is ahead.</summary>
internal static class DeclinedInvitations
{
    /// <summary>French sentences by session.</summary>
    public static async Task<ILookup<Guid, string>> Of(Tx tx, IReadOnlyList<Meeting> meetings)
    {
        var ahead = meetings.Where(m => m.State == SessionState.Convened).Select(m => m.Id).ToArray();
        var rows = ahead.Length == 0 ? [] : await tx.Query<Row>(
            """
            select s.id, r.professional = s.facilitator as leads
            from session s join reply r on r.session_id = s.id and r.sequence = s.sequence and r.answer = 'NO' and r.professional in (s.facilitator, s.expert)
            where s.id = any(@ahead)
            order by s.id, leads desc
            """,
            new { ahead });
        return rows.ToLookup(r => r.Id, r => r.Leads ? "L'animateur a décliné." : "L'expert a décliné.");
    }

    private sealed class Row
    {
        public Guid Id { get; init; }

        public bool Leads { get; init; }
    }
}
