using Intervision.Indemnisation.Events.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payees;

/// <summary>The payee that somebody, or an employer, had before.</summary>
internal sealed class FormerPayee
{
    public string Payee { get; init; } = "";

    /// <summary>Who ended that.</summary>
    public string Remover { get; init; } = "";

    /// <summary>Mailbox of the former payee; may be empty.</summary>
    public string Contact { get; init; } = "";

    /// <summary>Who made the payee that comes after it.</summary>
    public string Maker { get; init; } = "";
}

/// <summary>
/// Somebody who had a payee gets another one, or an employer does: the money goes to another account, so it takes two people and 72
/// hours, and both payees are told (ADR 51, 53).
/// </summary>
internal static class PayeeMoves
{
    /// <returns>Null for who never had one, or comes back to it.</returns>
    public static Task<FormerPayee?> Before(Tx tx, string professional, string payee) => tx.SingleOrDefault<FormerPayee>(
        """
        select last.payee, last.remover, f.contact, p.creator as maker
        from (select payee, remover from payee_professional where professional = @professional order by upper(valid) desc limit 1) last
        join payee f on f.name = last.payee
        join payee p on p.name = @payee and p.name <> last.payee
        """,
        new { professional, payee });

    /// <returns>Null for an employer that never had one, or keeps the one named last.</returns>
    public static Task<FormerPayee?> OfEmployer(Tx tx, string organisation, string payee) => tx.SingleOrDefault<FormerPayee>(
        """
        select last.payee, f.contact
        from (select payee from expert_convention where organisation = @organisation order by write_time desc, lower(valid) desc limit 1) last
        join payee f on f.name = last.payee and f.name <> @payee
        """,
        new { organisation, payee });

    /// <summary>Somebody, or an employer, comes to the payee, or somebody leaves it for another one, and it may still be stopped.</summary>
    public static Task<bool> IsPending(Tx tx, string payee, DateTimeOffset now) => tx.Single<bool>(
        """
        select exists (select from payee_move where @payee in (payee, former_payee) and in_force_time > @now)
          or exists (select from expert_convention where payee = @payee and in_force_time > @now)
        """,
        new { payee, now });

    public static async Task Insert(Tx tx, FormerPayee former, PayeeRow payee, string professional, DateOnly from, Call call)
    {
        var inForce = call.Now + AccountChanges.Hold;
        await tx.Execute(
            """
            insert into payee_move (professional, from_date, former_payee, payee, remover, adder, add_time, in_force_time)
            values (@professional, @from, @Former, @Name, @Remover, @Subject, @Now, @inForce)
            """,
            new { professional, from, Former = former.Payee, payee.Name, former.Remover, call.Caller.Subject, call.Now, inForce });
        await Say(tx, former, payee, professional, inForce, call);
    }

    /// <summary>To finance by an event, to the contacts of both payees by mail.</summary>
    /// <param name="professional">Who moved; empty for an employer, whose experts are meant.</param>
    public static async Task Say(Tx tx, FormerPayee former, PayeeRow payee, string professional, DateTimeOffset inForce, Call call)
    {
        var said = new PayeeAccountChanged
        {
            Payee = payee.Name, Stage = PayeeAccountChanged.Types.Stage.Moved, InForceTime = inForce.ToProto(), Professional = professional, FormerPayee = former.Payee,
        };
        await Outbox.Append(tx, AggregateId.Of(payee.Name), payee.Name, call.Now, said);
        var (who, until) = (professional.Length == 0 ? "Un employeur indemnisé" : "Une personne indemnisée", $"{Paris.DateOf(inForce):dd/MM/yyyy}");
        await AccountChanges.Warn(
            tx, former.Contact, former.Payee, $"{who} sur votre compte bancaire le sera désormais sur un autre. Aucun paiement ne part vers celui-ci avant le {until}.");
        await AccountChanges.Warn(
            tx, payee.Contact, payee.Name, $"{who} jusqu'ici sur un autre compte bancaire le sera sur le vôtre. Aucun paiement ne part vers vous avant le {until}.");
    }
}
