using Intervision.Intake.Triage;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Urgency;

/// <summary>
/// Tells the people of a pôle that an urgent request came in, in the transaction that stored it; of every candidate, and the
/// region's coordination (<c>Intake:RegionalMailbox</c>), while none is settled; the region when no mailbox is known. A mail
/// says code and pôle only, and its subject neither (DOMAIN §4).
/// </summary>
internal sealed class UrgentAlerts
{
    public const string Subject = "Intervision : demande signalée comme urgente";
    public const string SubjectAgain = "Intervision : demande urgente toujours sans réponse";
    private readonly Idleness idleness;
    private readonly ILogger<UrgentAlerts> logger;
    private readonly string? regional;

    /// <exception cref="InvalidOperationException">Outside Development, without a mailbox that hears of what no pôle answers for.</exception>
    public UrgentAlerts(IConfiguration configuration, IHostEnvironment environment, Idleness idleness, ILogger<UrgentAlerts> logger)
    {
        (this.idleness, this.logger) = (idleness, logger);
        regional = configuration["Intake:RegionalMailbox"] is { Length: > 0 } mailbox && MailQueue.IsMailbox(mailbox) ? mailbox : null;
        if (regional is null && !environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                "Intake:RegionalMailbox must be the mailbox of the region's coordination: an urgent request that no pôle answers for is told there.");
        }
    }

    /// <summary>Once per case.</summary>
    /// <returns>Whether somebody is told.</returns>
    public async Task<bool> Raise(Tx tx, Case urgent, DateTimeOffset now)
    {
        var mailboxes = await MailboxesOf(tx, urgent);
        if (urgent.Pole is null || mailboxes.Count == 0)
        {
            mailboxes = WithRegion(mailboxes);
        }

        var isNew = await tx.Execute(
            "insert into urgent_alert (case_id, alert_time) values (@Id, @now) on conflict do nothing", new { urgent.Id, now }) == 1;
        if (isNew)
        {
            await Append(tx, urgent, mailboxes, Subject);
        }

        return mailboxes.Count > 0;
    }

    /// <summary>Nobody took it: told again, and to the region as well.</summary>
    public async Task Repeat(Tx tx, Case urgent, DateTimeOffset now)
    {
        await tx.Execute("update urgent_alert set repeat_time = @now where case_id = @Id", new { urgent.Id, now });
        await Append(tx, urgent, WithRegion(await MailboxesOf(tx, urgent)), SubjectAgain);
    }

    /// <summary>Of the pôle, or of every candidate while triage has not settled it.</summary>
    private static async Task<IReadOnlyList<string>> MailboxesOf(Tx tx, Case urgent)
    {
        var poles = urgent.Pole is { } settled ? [settled] : urgent.CandidatePoles;
        var said = await tx.Query<string>("select coordinator_email from pole where name = any(@poles) and coordinator_email is not null order by name", new { poles });
        return [.. said.Where(MailQueue.IsMailbox).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private IReadOnlyList<string> WithRegion(IReadOnlyList<string> mailboxes) =>
        regional is null ? mailboxes : [.. mailboxes.Append(regional).Distinct(StringComparer.OrdinalIgnoreCase)];

    private async Task Append(Tx tx, Case urgent, IReadOnlyList<string> mailboxes, string subject)
    {
        foreach (var mailbox in mailboxes)
        {
            await MailQueue.Append(tx, new Letter(mailbox, subject, Body(urgent)));
        }

        if (mailboxes.Count == 0)
        {
            logger.LogWarning("An urgent request can be told to nobody: set Intake:RegionalMailbox");
        }
    }

    private static string PoleOf(Case urgent) => urgent switch
    {
        { Pole: { } settled } => Code(settled),
        { CandidatePoles: [] } => "à choisir par la coordination régionale",
        _ => $"à choisir par la coordination régionale entre {string.Join(", ", urgent.CandidatePoles.Select(Code))}",
    };

    private static string Code(string pole) => pole["poles/".Length..];

    internal string Body(Case urgent) =>
        $"""
        Une demande d'intervision signalée comme urgente attend d'être prise en charge.

        Dossier : {urgent.Code}
        Pôle : {PoleOf(urgent)}

        Prenez-la en charge dans l'application dans les {idleness.Urgent.TotalHours:0.#} heures ; sans quoi l'alerte est répétée.
        L'intervision n'est pas un dispositif d'urgence : le demandeur a été invité à appeler le 15, le 18 ou le 119.
        """;
}
