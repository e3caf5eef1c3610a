using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Alerts;

/// <summary>It left the house, to one authority.</summary>
internal sealed class TransmitAlert(Db db)
{
    public Task<TransmitAlertResponse> Handle(TransmitAlertRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await AlertStore.LockFor(tx, request.Name, request.Etag, call, (_, _) => true);
            var after = Decide(before, request.Recipient, request.TransmitDate.ToDate(), Paris.DateOf(call.Now));
            var added = after.Transmissions[^1];
            await tx.Execute(
                "insert into alert_transmission (alert_id, recipient, transmit_date) values (@Id, @Recipient, @TransmitDate)",
                new { before.Id, added.Recipient, added.TransmitDate });
            var saved = await AlertStore.Save(tx, before, after, "TransmitAlert", call);
            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, Said(saved, added));
            return new TransmitAlertResponse { Alert = saved.View() };
        });

    /// <exception cref="RuleBroken">See TransmitAlert in the proto.</exception>
    internal static Alert Decide(Alert before, string recipient, DateOnly? date, DateOnly today)
    {
        before.MustBe(
            "ALERT_NOT_VALIDATED", "Cette alerte n'est pas validée, ou elle est terminée.",
            AlertState.Validated, AlertState.Transmitted, AlertState.Answered);
        var v = new Violations();
        v.Check(Recipients.All.Contains(recipient), "recipient", "UNKNOWN_RECIPIENT", "Ce destinataire n'est pas dans la liste.");
        if (v.Check(date is not null, "transmit_date", "TRANSMIT_DATE_INVALID", "Le jour de l'envoi est une date."))
        {
            v.Check(date <= today, "transmit_date", "TRANSMIT_DATE_IN_FUTURE", "L'envoi ne peut pas être à venir.");
            v.Check(date >= Paris.DateOf(before.ValidateTime!.Value), "transmit_date", "TRANSMITTED_BEFORE_VALIDATION", "L'envoi suit la validation.");
        }

        v.ThrowIfAny();
        if (before.Transmissions.Any(t => t.Recipient == recipient))
        {
            throw RuleBroken.NotNow("ALREADY_TRANSMITTED", "Cette alerte est déjà transmise à ce destinataire.", "STATE", before.Name);
        }

        return before with
        {
            State = before.State == AlertState.Answered ? AlertState.Answered : AlertState.Transmitted,
            Transmissions = [.. before.Transmissions, new Transmission { Recipient = recipient, TransmitDate = date!.Value }],
        };
    }

    private static AlertTransmitted Said(Alert alert, Transmission added) => new()
    {
        Alert = alert.Name,
        Themes = { alert.Codes },
        Territory = alert.Territory,
        FromDate = alert.FromDate.ToProto(),
        UntilDate = alert.UntilDate.ToProto(),
        Count = alert.ToldCount,
        Recipient = added.Recipient,
        TransmitDate = added.TransmitDate.ToProto(),
    };
}
