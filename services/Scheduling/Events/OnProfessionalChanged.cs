using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Events;

/// <summary>Keeps what scheduling needs of a person: capacities, expert, charter, mailbox. No name: agendas are shown by who knows them.</summary>
internal static class OnProfessionalChanged
{
    public static async Task Handle(Tx tx, Received<ProfessionalChanged> received)
    {
        var person = received.Event.Professional;
        await tx.Execute(
            """
            insert into professional (name, rpps, expert, charter_accepted_date, mssante) values (@Name, @Rpps, @Expert, @charter, @mssante)
            on conflict (name) do update set
              rpps = excluded.rpps, expert = excluded.expert, charter_accepted_date = excluded.charter_accepted_date, mssante = excluded.mssante
            """,
            new
            {
                person.Name,
                person.Rpps,
                person.Expert,
                charter = person.CharterAcceptedDate.ToDate(),
                // One that no mail can be addressed to must not stop the stream.
                mssante = MailQueue.IsMailbox(person.Mssante) ? person.Mssante : "",
            });
        await tx.Execute("delete from activity where professional = @Name", new { person.Name });
        await tx.Execute(
            """
            insert into activity (professional, position, profession_table, profession_code, mode, organisation, from_date, until_date)
            select @Name, a.position, a.profession_table, a.profession_code, a.mode, a.organisation, a.from_date, a.until_date
            from jsonb_to_recordset(@activities::jsonb) as a(
              position int, profession_table text, profession_code text, mode text, organisation text, from_date date, until_date date)
            """,
            new { person.Name, activities = JsonRows.Of(person.Activities.Select(Row)) });
    }

    private static object Row(Activity activity, int position) => new
    {
        position,
        activity.ProfessionTable,
        activity.ProfessionCode,
        mode = activity.Mode switch { Mode.Salaried => "S", Mode.Liberal => "L", Mode.Volunteer => "B", _ => "" },
        activity.Organisation,
        FromDate = activity.FromDate.ToDate(),
        UntilDate = activity.UntilDate.ToDate(),
    };
}
