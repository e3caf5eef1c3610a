using Intervision.Membership.V1;
using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Rooms;

/// <summary>
/// Where a session takes place, in words for a calendar or a letter: « Salle 2, CSAPA du Littoral (ou visioconférence) ».
/// The address of the video room is not among them: who has it is in the room, and calendars lie on strangers' servers
/// (docs/adr/0021). Those invited read it in the application.
/// </summary>
internal static class Places
{
    private const int Longest = 200;
    private const string Video = "Visioconférence";

    /// <summary>By session; empty while nothing is known.</summary>
    public static async Task<IReadOnlyDictionary<Guid, string>> Of(Tx tx, IEnumerable<Meeting> meetings) =>
        (await tx.Query<Row>(
            """
            select s.id, s.modality, coalesce(r.display_name, '') as room, coalesce(o.display_name, '') as host
            from session s left join room r on r.id = s.room left join organisation o on o.name = s.host
            where s.id = any(@ids)
            """,
            new { ids = meetings.Select(m => m.Id).ToArray() })).ToDictionary(r => r.Id, r => Words(Codes.Parse<Modality>(r.Modality), r.Room, r.Host));

    internal static string Words(Modality modality, string room, string host)
    {
        var there = string.Join(", ", new[] { OneLine(room), OneLine(host) }.Where(p => p.Length > 0));
        return modality switch
        {
            Modality.Video => Video,
            Modality.Hybrid => there.Length > 0 ? $"{there} (ou visioconférence)" : "Sur place ou en visioconférence",
            _ => there,
        };
    }

    private static string OneLine(string text) => new string([.. text.Where(c => !char.IsControl(c)).Take(Longest)]).Trim();

    private sealed class Row
    {
        public Guid Id { get; init; }

        public string Modality { get; init; } = "";

        public string Room { get; init; } = "";

        public string Host { get; init; } = "";
    }
}
