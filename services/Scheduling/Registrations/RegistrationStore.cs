using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Registrations;

/// <summary>Registrations in the database. Whoever writes has locked the session: they come one after the other.</summary>
internal static class RegistrationStore
{
    /// <summary>In the order they registered, with places in the waiting list; those who cancelled too.</summary>
    public static Task<IReadOnlyList<Entry>> Of(Tx tx, Guid session) => tx.Query<Entry>(
        """
        select r.professional, r.state, r.seat, r.order_no, r.register_time, r.manager_leave_date,
               p.charter_accepted_date is not null as charter_accepted,
               case when r.state = 'WAITING' then (count(*) filter (where r.state = 'WAITING') over (order by r.order_no))::int else 0 end as waiting_position
        from registration r left join professional p on p.name = r.professional
        where r.session_id = @session
        order by r.order_no
        """,
        new { session });

    /// <summary>Of the room assigned, else of a usual one.</summary>
    public static Task<int> SeatsOfRoom(Tx tx, Meeting meeting) =>
        tx.Single<int>("select coalesce((select seats from room where id = @room), @usual)", new { room = Rooms.Room.IdOf(meeting.Room), usual = Seating.UsualSeats });

    /// <summary>At the end of those who wait.</summary>
    public static Task Add(Tx tx, Meeting meeting, string professional, DateOnly? leave, DateTimeOffset now) => tx.Execute(
        """
        insert into registration (session_id, professional, state, seat, seats, order_no, register_time, change_time, manager_leave_date)
        values (@Id, @professional, 'WAITING', null, 0, nextval('registration_order_no'), @now, @now, @leave)
        on conflict (session_id, professional) do update set
          state = excluded.state, seat = excluded.seat, seats = excluded.seats, order_no = excluded.order_no, register_time = excluded.register_time,
          change_time = excluded.change_time, manager_leave_date = excluded.manager_leave_date
        """,
        new { meeting.Id, professional, leave, now });

    public static Task Cancel(Tx tx, Meeting meeting, string professional, DateTimeOffset now) => tx.Execute(
        "update registration set state = 'CANCELLED', seat = null, change_time = @now where session_id = @Id and professional = @professional",
        new { meeting.Id, professional, now });

    public static Task Promote(Tx tx, Meeting meeting, string professional, int seat, int seats, DateTimeOffset now) => tx.Execute(
        "update registration set state = 'REGISTERED', seat = @seat, seats = @seats, change_time = @now where session_id = @Id and professional = @professional",
        new { meeting.Id, professional, seat, seats, now });
}
