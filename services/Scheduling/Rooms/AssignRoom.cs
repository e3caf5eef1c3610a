using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Rooms;

/// <summary>Gives a session its room: of its host, or of another with a convention in force that day (S1).</summary>
internal sealed class AssignRoom(Db db)
{
    public Task<AssignRoomResponse> Handle(AssignRoomRequest request, Call call) => db.Once(call, request.RequestId, request, tx => Apply(tx, request, call));

    /// <summary>In the caller's transaction: a repair is several verbs in one.</summary>
    internal static async Task<AssignRoomResponse> Apply(Tx tx, AssignRoomRequest request, Call call)
    {
        var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        var room = request.Room.Length == 0 ? null : await Room.Find(tx, request.Room)
            ?? throw RuleBroken.Invalid("room", "ROOM_UNKNOWN", "Cette salle n'existe pas.");
        var covered = room is null || (await Conventions.InForce(tx, room.Host, meeting.Date)).Count > 0;
        var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, room, covered));
        await Moves.Rebook(tx, saved);
        saved = await Registrations.Seating.Settle(tx, saved, call.Now);
        var isPublic = await tx.Single<bool>("select exists (select from notice where session_id = @Id)", new { saved.Id });
        return new AssignRoomResponse { Session = SessionView.For(saved, actor), Warnings = { Warnings(saved, room, isPublic) } };
    }

    /// <param name="room">Null: none any more; the host is booked again.</param>
    /// <param name="conventionInForce">Of the room's host, on the session's date.</param>
    internal static Decided Decide(Meeting meeting, Room? room, bool conventionInForce)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        if (meeting.Room == (room?.Name ?? ""))
        {
            throw RuleBroken.NotNow("NOTHING_CHANGES", "La séance a déjà cette salle.", "STATE", meeting.Name);
        }

        if (room is not null && meeting.Modality == Membership.V1.Modality.Video.Code())
        {
            throw RuleBroken.NotNow("NO_ROOM_NEEDED", "La séance a lieu en visio.", "STATE", meeting.Name);
        }

        if (room is { Retired: true })
        {
            throw RuleBroken.NotNow("ROOM_RETIRED", "Cette salle n'est plus proposée.", "ROOM", room.Name);
        }

        if (room is not null && room.Host != meeting.Host && !conventionInForce)
        {
            throw RuleBroken.NotNow("NO_CONVENTION_IN_FORCE", "La structure de cette salle n'a pas de convention en vigueur à la date de la séance.", "CONVENTION", room.Host, ("date", $"{meeting.Date:yyyy-MM-dd}"));
        }

        var after = meeting with
        {
            Room = room?.Name ?? "",
            Host = room?.Host ?? meeting.Host,
            MovedByHand = meeting.MovedByHand || (room is not null && room.Host != meeting.Host),
        };
        // Whoever was told where to go is told again.
        return meeting.State == SessionState.Convened ? Moves.Decide(meeting, after, meeting.Warnings) : new Decided(after);
    }

    private static IEnumerable<string> Warnings(Meeting meeting, Room? room, bool isPublic)
    {
        if (room is not null && room.Seats < meeting.Invitations.Count)
        {
            yield return $"La salle a {room.Seats} places pour {meeting.Invitations.Count} personnes invitées.";
        }

        if (isPublic)
        {
            yield return "L'avis public dit encore le lieu qui lui a été donné : publiez-le de nouveau.";
        }
    }
}
