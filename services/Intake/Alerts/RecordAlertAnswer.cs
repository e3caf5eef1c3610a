using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Alerts;

/// <summary>What an authority answered.</summary>
internal sealed class RecordAlertAnswer(Db db, AlertVault vault)
{
    public Task<RecordAlertAnswerResponse> Handle(RecordAlertAnswerRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await AlertStore.LockFor(tx, request.Name, request.Etag, call, (_, _) => true);
            var (after, warnings) = Decide(before, request, Paris.DateOf(call.Now));
            await tx.Execute(
                "insert into alert_answer (alert_id, recipient, answer_date) values (@Id, @Recipient, @date)",
                new { before.Id, request.Recipient, date = request.AnswerDate.ToDate() });
            await vault.WriteAnswer(tx, before.Id, request.Recipient, request.Answer);
            var saved = await AlertStore.Save(tx, before, after, "RecordAlertAnswer", call);
            return new RecordAlertAnswerResponse { Alert = saved.View(), Warnings = { warnings } };
        });

    /// <exception cref="RuleBroken">See RecordAlertAnswer in the proto.</exception>
    internal static (Alert After, IReadOnlyList<TextWarning> Warnings) Decide(Alert before, RecordAlertAnswerRequest request, DateOnly today)
    {
        before.MustBe("ALERT_NOT_TRANSMITTED", "Cette alerte n'est pas transmise, ou elle est terminée.", AlertState.Transmitted, AlertState.Answered);
        var sent = before.Transmissions.SingleOrDefault(t => t.Recipient == request.Recipient)
            ?? throw RuleBroken.NotNow("NOT_TRANSMITTED_TO", "Cette alerte n'est pas transmise à ce destinataire.", "STATE", before.Name);
        if (sent.AnswerDate is not null)
        {
            throw RuleBroken.NotNow("ALREADY_ANSWERED", "La réponse de ce destinataire est déjà enregistrée.", "STATE", before.Name);
        }

        var date = request.AnswerDate.ToDate();
        var v = new Violations();
        if (v.Check(date is not null, "answer_date", "ANSWER_DATE_INVALID", "Le jour de la réponse est une date."))
        {
            v.Check(date <= today, "answer_date", "ANSWER_DATE_IN_FUTURE", "La réponse ne peut pas être à venir.");
            v.Check(date >= sent.TransmitDate, "answer_date", "ANSWERED_BEFORE_TRANSMISSION", "La réponse suit l'envoi.");
        }

        var warnings = TextRules.CheckAnswer(v, request.Answer);
        v.ThrowIfAny();
        var after = before with
        {
            State = AlertState.Answered,
            Transmissions = [.. before.Transmissions.Select(t => t == sent ? t with { AnswerDate = date } : t)],
        };
        return (after, warnings);
    }
}
