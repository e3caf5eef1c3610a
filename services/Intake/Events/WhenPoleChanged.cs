using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Events;

/// <summary>A pôle and its territory, replaced as a whole.</summary>
internal static class WhenPoleChanged
{
    public static Task Handle(Tx tx, Received<PoleChanged> received)
    {
        var pole = received.Event.Pole;
        return tx.Execute(
            """
            insert into pole (name, programme, active, coordinator_email, area, seat_commune)
            values (@Name, @Programme, @active, nullif(@CoordinatorEmail, ''), nullif(@Area, ''), nullif(@SeatCommune, ''))
            on conflict (name) do update set
              programme = excluded.programme, active = excluded.active, coordinator_email = excluded.coordinator_email,
              area = excluded.area, seat_commune = excluded.seat_commune;
            delete from pole_commune where pole = @Name and not (insee_code = any (@communes));
            insert into pole_commune (insee_code, pole) select unnest(@communes), @Name on conflict do nothing
            """,
            new
            {
                pole.Name,
                pole.Programme,
                // A mailbox or seat of no use here must not stop the stream.
                CoordinatorEmail = pole.CoordinatorEmail.Length <= 254 ? pole.CoordinatorEmail : "",
                Area = pole.Area.Length <= 32 ? pole.Area : "",
                SeatCommune = pole.SeatCommune.Length == 5 ? pole.SeatCommune : "",
                // A state of tomorrow's producer is not taken for a closure.
                active = pole.State is not (Pole.Types.State.Draft or Pole.Types.State.Suspended or Pole.Types.State.Closed),
                communes = pole.Communes.Distinct(StringComparer.Ordinal).ToArray(),
            });
    }
}
