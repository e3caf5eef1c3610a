using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Scheduling.Sessions;

/// <summary>
/// Rooms and people taken by sessions. The database refuses two at once (S6), however they race, and a session that names
/// what it has not taken (docs/adr/0026).
/// </summary>
internal static class Bookings
{
    /// <summary>Takes the room assigned, else the host, one of whose rooms must be left; a meeting by video needs none.</summary>
    /// <exception cref="RuleBroken">DOUBLE_BOOKING_ROOM.</exception>
    public static Task TakeRoom(Tx tx, Meeting meeting) =>
        meeting.Modality == Membership.V1.Modality.Video.Code() ? Task.CompletedTask : Take(tx, meeting, meeting.Room.Length > 0 ? meeting.Room : meeting.Host, "ROOM", "La salle est déjà prise");

    /// <exception cref="RuleBroken">DOUBLE_BOOKING_FACILITATOR, DOUBLE_BOOKING_EXPERT.</exception>
    public static async Task TakePeople(Tx tx, Meeting meeting)
    {
        await Take(tx, meeting, meeting.Facilitator, "FACILITATOR", "L'animateur est déjà pris");
        await Take(tx, meeting, meeting.Expert, "EXPERT", "L'expert est déjà pris");
    }

    public static Task Free(Tx tx, Meeting meeting) =>
        tx.Execute("delete from booking where session_id = @Id", new { meeting.Id });

    private static async Task Take(Tx tx, Meeting meeting, string resource, string what, string french)
    {
        if (resource.Length == 0)
        {
            return;
        }

        try
        {
            await tx.Execute(
                """
                insert into booking (session_id, resource, during) values (@Id, @resource, tstzrange(@Start, @End))
                on conflict on constraint booking_pkey do nothing
                """,
                new { meeting.Id, resource, meeting.Start, meeting.End });
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ExclusionViolation)
        {
            throw RuleBroken.NotNow(
                $"DOUBLE_BOOKING_{what}",
                $"{french} le {meeting.Date:dd/MM/yyyy} à {meeting.StartTime:HH\\:mm} par une autre séance.",
                "BOOKING",
                resource,
                ("resource", resource),
                ("date", $"{meeting.Date:yyyy-MM-dd}"));
        }
    }
}
