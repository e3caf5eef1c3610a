using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Rooms;

/// <summary>The video link of a session: made when people are convened, read by those who may come.</summary>
internal sealed class VideoLinks(IVideoRooms rooms)
{
    /// <summary>Whether people of the session may come by video.</summary>
    public static bool Has(Meeting meeting) => meeting.Modality != Membership.V1.Modality.InPerson.Code();

    /// <summary>Makes the link unless there is one, or it is to be another.</summary>
    public async Task Make(Tx tx, Meeting meeting, DateTimeOffset now, bool another = false)
    {
        if (Has(meeting) && (another || await Of(tx, meeting) is null))
        {
            var url = (await rooms.Open(meeting.Name, meeting.Start, meeting.End, tx.Cancellation)).AbsoluteUri;
            await tx.Execute(
                """
                insert into video_link (session_id, url, create_time) values (@Id, @url, @now)
                on conflict (session_id) do update set url = excluded.url, create_time = excluded.create_time
                """,
                new { meeting.Id, url, now });
        }
    }

    public static Task<string?> Of(Tx tx, Meeting meeting) =>
        tx.SingleOrDefault<string>("select url from video_link where session_id = @Id", new { meeting.Id });
}
