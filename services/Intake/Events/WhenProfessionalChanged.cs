using Intervision.Intake.Encryption;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Events;

/// <summary>Who exists, who is a health professional, and a keyed hash of their mailbox: no names or addresses of people here.</summary>
internal static class WhenProfessionalChanged
{
    public static Task Handle(Tx tx, Received<ProfessionalChanged> received, MasterKey master)
    {
        var person = received.Event.Professional;
        return tx.Execute(
            """
            insert into professional (name, rpps, mailbox_mac) values (@Name, nullif(@Rpps, ''), @mac)
            on conflict (name) do update set rpps = excluded.rpps, mailbox_mac = excluded.mailbox_mac;
            delete from professional_activity where professional = @Name;
            insert into professional_activity (professional, position, profession_table, profession_code, mode, from_date, until_date)
            select @Name, a.position, a.profession_table, a.profession_code, a.mode, a.from_date, a.until_date
            from unnest(@positions, @tables, @codes, @modes, @froms, @untils) as a (position, profession_table, profession_code, mode, from_date, until_date)
            """,
            new
            {
                person.Name,
                person.Rpps,
                mac = string.IsNullOrWhiteSpace(person.Mssante) ? null : master.Fingerprints.MailboxMac(person.Mssante),
                positions = Enumerable.Range(1, person.Activities.Count).ToArray(),
                tables = person.Activities.Select(a => a.ProfessionTable).ToArray(),
                codes = person.Activities.Select(a => a.ProfessionCode).ToArray(),
                modes = person.Activities.Select(a => Code(a.Mode)).ToArray(),
                froms = person.Activities.Select(a => a.FromDate.ToDate()).ToArray(),
                untils = person.Activities.Select(a => a.UntilDate.ToDate()).ToArray(),
            });
    }

    private static string? Code(Mode mode) => mode switch
    {
        Mode.Salaried => "S",
        Mode.Liberal => "L",
        Mode.Volunteer => "B",
        _ => null,
    };
}
