using System.Text;
using Intervision.Scheduling.Ics;
using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Rooms;
using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Feeds;

/// <summary>What a subscribed calendar shows: sessions of half a year back and a year ahead.</summary>
internal static class FeedCalendar
{
    /// <summary>A pôle has some ten sessions a year, an expert of the whole region a few hundred.</summary>
    public const int Most = 1000;
    private const int MonthsBack = 6;
    private const int MonthsAhead = 12;

    /// <summary>Null when there is no such calendar, or none any more: the same to whoever asks.</summary>
    public static async Task<byte[]?> Read(Tx tx, string token, DateTimeOffset now)
    {
        var feed = FeedToken.IsOne(token)
            ? await tx.SingleOrDefault<FeedRow>("select * from calendar_feed where token_hash = @hash and revoke_time is null", new { hash = FeedToken.HashOf(token) })
            : null;
        if (feed is null)
        {
            return null;
        }

        var meetings = await Sessions(tx, feed, Paris.DateOf(now));
        var poles = (await tx.Query<(string Name, string DisplayName)>(
            "select name, display_name from pole where name = any(@names)", new { names = meetings.Select(m => m.Pole).Append(feed.Pole).Distinct(StringComparer.Ordinal).ToArray() }))
            .ToDictionary(p => p.Name, p => p.DisplayName, StringComparer.Ordinal);
        var places = await Places.Of(tx, meetings);
        var calendar = SessionEvent.Published(
            feed.Pole.Length > 0 ? $"Intervisions – {SessionEvent.PoleOf(poles.GetValueOrDefault(feed.Pole, ""))}" : "Mes intervisions",
            meetings.Select(m => SessionEvent.Of(m, poles.GetValueOrDefault(m.Pole, ""), places.GetValueOrDefault(m.Id, ""), InvitationUid.Bare(m.Id), m.ChangeTime)));
        return Encoding.UTF8.GetBytes(IcsWriter.Write(calendar));
    }

    private static async Task<IReadOnlyList<Meeting>> Sessions(Tx tx, FeedRow feed, DateOnly today) =>
        [.. (await tx.Query<MeetingRow>(
            """
            select s.* from session s
            where s.date between @first and @last
              and case when @Pole <> '' then s.pole = @Pole
                       else s.facilitator = @Professional or s.expert = @Professional
                            or exists (select from invitation i where i.session_id = s.id and i.professional = @Professional) end
            order by s.start_instant, s.id
            limit @Most
            """,
            new { feed.Pole, feed.Professional, first = today.AddMonths(-MonthsBack), last = today.AddMonths(MonthsAhead), Most })).Select(r => r.ToMeeting())];
}
