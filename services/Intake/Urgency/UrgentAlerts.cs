using Intervision.Intake.Triage;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Urgency;

/// <summary>
/// Tells the people of a pôle that an urgent request came in, in the transaction that stored it; the region's
/// coordination (<c>Intake:RegionalMailbox</c>) when no pôle is settled or its mailbox is unknown. A mail says code and
/// pôle only, and its subject neither (DOMAIN §4).
/// </summary>
internal sealed class UrgentAlerts(IConfiguration configuration, Idleness idleness, ILogger<UrgentAlerts> logger)
{
    public const string Subject = "Intervision : demande signalée comme urgente";
    public const string SubjectAgain = "Intervision : demande urgente toujours sans réponse";

    /// <summary>Once per case.</summary>
    /// <returns>Whether somebody is told.</returns>
    public async Task<bool> Raise(Tx tx, Case urgent, DateTimeOffset now)
    {
        var mailbox = await MailboxOf(tx, urgent) ?? Regional;
        var isNew = await tx.Execute(
            "insert into urgent_alert (case_id, alert_time) values (@Id, @now) on conflict do nothing", new { urgent.Id, now }) == 1;
        if (isNew)
        {
            await Append(tx, urgent, mailbox, Subject);
        }

        return mailbox is not null;
    }

    /// <summary>Nobody took it: told again, and to the region as well.</summary>
    public async Task Repeat(Tx tx, Case urgent, DateTimeOffset now)
    {
        await tx.Execute("update urgent_alert set repeat_time = @now where case_id = @Id", new { urgent.Id, now });
        foreach (var mailbox in new[] { await MailboxOf(tx, urgent), Regional }.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).DefaultIfEmpty(null))
        {
            await Append(tx, urgent, mailbox, SubjectAgain);
        }
    }

    private string? Regional => configuration["Intake:RegionalMailbox"] is { Length: > 0 } mailbox && MailQueue.IsMailbox(mailbox) ? mailbox : null;

    private static async Task<string?> MailboxOf(Tx tx, Case urgent)
    {
        var mailbox = await tx.SingleOrDefault<string>("select coordinator_email from pole where name = @Pole", new { urgent.Pole });
        return MailQueue.IsMailbox(mailbox) ? mailbox : null;
    }

    private Task Append(Tx tx, Case urgent, string? mailbox, string subject)
    {
        if (mailbox is not null)
        {
            return MailQueue.Append(tx, new Letter(mailbox, subject, Body(urgent)));
        }

        logger.LogWarning("An urgent request can be told to nobody: set Intake:RegionalMailbox");
        return Task.CompletedTask;
    }

    internal string Body(Case urgent) =>
        $"""
        Une demande d'intervision signalée comme urgente attend d'être prise en charge.

        Dossier : {urgent.Code}
        {(urgent.Pole is { } pole ? $"Pôle : {pole["poles/".Length..]}" : "Pôle : à choisir par la coordination régionale")}

        Prenez-la en charge dans l'application dans les {idleness.Urgent.TotalHours:0.#} heures ; sans quoi l'alerte est répétée.
        L'intervision n'est pas un dispositif d'urgence : le demandeur a été invité à appeler le 15, le 18 ou le 119.
        """;
}
