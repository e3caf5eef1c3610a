using Intervision.Scheduling.Registrations;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Rooms;

/// <summary>Adds a room to a host, or changes one.</summary>
internal sealed class PutRoom(Db db)
{
    private const int MostSeats = 500;
    private const int LongestName = 100;

    public Task<PutRoomResponse> Handle(PutRoomRequest request, Call call)
    {
        var said = request.Room ?? new V1.Room();
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = said.Name.Length > 0 ? await Room.Find(tx, said.Name, locked: true) : null;
            await MustReceiveAt(tx, call.Caller, before?.Host ?? said.Host);
            Validate(said);
            var room = said.Name.Length == 0 ? await Add(tx, said, call) : await Change(tx, before, said, call);
            if (room.Seats > before?.Seats)
            {
                await SeatWhoWaits(tx, room, call.Now);
            }

            return new PutRoomResponse { Room = room.ToProto() };
        });
    }

    /// <summary>The coordinator anywhere; others where a pôle of theirs meets.</summary>
    private static async Task MustReceiveAt(Tx tx, Caller caller, string host)
    {
        if (!caller.Has(Roles.Coordinator)
            && !(caller.HasAny(Roles.Referent, Roles.HostCoordinator)
                 && await tx.Single<bool>("select exists (select from pole where host = @host and name = any(@poles))", new { host, poles = caller.Poles.ToArray() })))
        {
            throw RuleBroken.Denied();
        }
    }

    private static async Task<Room> Add(Tx tx, V1.Room said, Call call) =>
        await tx.SingleOrDefault<Room>(
            """
            insert into room (id, host, display_name, seats, accessible, retired, version, change_time)
            values (@id, @Host, @DisplayName, @Seats, @Accessible, @Retired, 1, @Now)
            on conflict (host, display_name) do nothing returning *
            """,
            new { id = Guid.CreateVersion7(call.Now), said.Host, said.DisplayName, said.Seats, said.Accessible, said.Retired, call.Now })
        ?? throw NameTaken();

    private static async Task<Room> Change(Tx tx, Room? before, V1.Room said, Call call)
    {
        var room = before ?? throw RuleBroken.NotFound(said.Name);
        Etag.MustMatch(said.Etag, room.Version, room.Name);
        Etag.MustNotPrecede(call.Now, room.ChangeTime, room.Name);
        if (said.Host != room.Host)
        {
            throw RuleBroken.Invalid("room.host", "HOST_IMMUTABLE", "Une salle ne change pas de structure.");
        }

        if (await tx.Single<bool>("select exists (select from room where host = @Host and display_name = @DisplayName and id <> @Id)", new { said.Host, said.DisplayName, room.Id }))
        {
            throw NameTaken();
        }

        return await tx.Single<Room>(
            """
            update room set display_name = @DisplayName, seats = @Seats, accessible = @Accessible, retired = @Retired, version = version + 1, change_time = @Now
            where id = @Id returning *
            """,
            new { room.Id, said.DisplayName, said.Seats, said.Accessible, said.Retired, call.Now });
    }

    private static async Task SeatWhoWaits(Tx tx, Room room, DateTimeOffset now)
    {
        foreach (var session in await tx.Query<Guid>(
            """
            select id from session s
            where room = @Id and state in ('PLANNED', 'PREPARED', 'CONVENED') and start_instant > @now
              and exists (select from registration r where r.session_id = s.id and r.state = 'WAITING')
            order by date, id
            """,
            new { room.Id, now }))
        {
            await Seating.Settle(tx, (await MeetingStore.Lock(tx, session))!, now);
        }
    }

    private static RuleBroken NameTaken() => RuleBroken.Exists("ROOM_EXISTS", "Cette structure a déjà une salle de ce nom.");

    private static void Validate(V1.Room said)
    {
        var broken = new Violations();
        broken.Check(said.Name.Length == 0 || Room.IdOf(said.Name) is not null, "room.name", "NAME_INVALID", "Le nom d'une salle a la forme rooms/{identifiant}.");
        broken.Check(said.Host.StartsWith("organisations/", StringComparison.Ordinal) && said.Host.Length < 100, "room.host", "HOST_INVALID", "La structure est attendue : organisations/….");
        broken.Check(
            !string.IsNullOrWhiteSpace(said.DisplayName) && said.DisplayName.Length <= LongestName && !said.DisplayName.Any(char.IsControl),
            "room.display_name", "NAME_INVALID", $"Le nom de la salle a de 1 à {LongestName} caractères.");
        broken.Check(!said.DisplayName.Contains("SIT-", StringComparison.OrdinalIgnoreCase), "room.display_name", "CASE_CODE_IN_TEXT", "Aucune situation n'est nommée dans le nom d'une salle : il va dans les agendas.");
        broken.Check(said.Seats is >= 1 and <= MostSeats, "room.seats", "SEATS_INVALID", $"De 1 à {MostSeats} places.");
        broken.ThrowIfAny();
    }
}
