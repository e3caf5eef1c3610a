using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Events;

internal static class OnPoleChanged
{
    public static async Task Handle(Tx tx, Received<PoleChanged> received)
    {
        var pole = received.Event.Pole;
        var startTime = pole.StartTime.ToTime();
        await tx.Execute(
            """
            insert into pole (name, display_name, programme, rhythm, weekday, start_time, duration_minutes, modality, referent, host, active_from_date, state, coordinator_email)
            values (@Name, @DisplayName, @Programme, @rhythm, @weekday, @startTime, @DurationMinutes, @modality, @Referent, @Host, @activeFrom, @state, @coordinatorEmail)
            on conflict (name) do update set
              display_name = excluded.display_name, programme = excluded.programme, rhythm = excluded.rhythm, weekday = excluded.weekday,
              start_time = excluded.start_time, duration_minutes = excluded.duration_minutes, modality = excluded.modality,
              referent = excluded.referent, host = excluded.host, active_from_date = excluded.active_from_date, state = excluded.state,
              coordinator_email = excluded.coordinator_email
            """,
            new
            {
                pole.Name,
                pole.DisplayName,
                pole.Programme,
                rhythm = pole.Rhythm.Code(),
                weekday = startTime is null ? 0 : (int)pole.Weekday,
                startTime = startTime ?? TimeOnly.MinValue,
                pole.DurationMinutes,
                modality = pole.Modality.Code(),
                pole.Referent,
                pole.Host,
                activeFrom = pole.ActiveFromDate.ToDate(),
                state = pole.State.Code(),
                // One that no mail can be addressed to must not stop the stream.
                coordinatorEmail = MailQueue.IsMailbox(pole.CoordinatorEmail) ? pole.CoordinatorEmail : "",
            });
        await tx.Execute("delete from referent_term where pole = @Name", new { pole.Name });
        await tx.Execute(
            """
            insert into referent_term (pole, professional, from_date, until_date)
            select @Name, who, first, until from unnest(@who, @from, @until) as t(who, first, until)
            """,
            new
            {
                pole.Name,
                who = pole.Referents.Select(r => r.Professional).ToArray(),
                from = pole.Referents.Select(r => r.FromDate.ToDate() ?? DateOnly.MinValue).ToArray(),
                until = pole.Referents.Select(r => r.UntilDate.ToDate()).ToArray(),
            });
    }
}
