using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Alerts;

/// <summary>One alert with its texts, and as a letter once it is validated.</summary>
internal sealed class GetAlert(Db db, AlertVault vault)
{
    public Task<GetAlertResponse> Handle(GetAlertRequest request, Call call) =>
        db.Read(
            async tx =>
            {
                var found = await AlertStore.Find(tx, request.Name);
                if (found is null || !found.IsReadBy(call.Caller))
                {
                    throw RuleBroken.Denied();
                }

                var texts = await vault.Read(tx, found.Id);
                var response = new GetAlertResponse { Alert = found.View(), Texts = texts };
                if (found.State == AlertState.Draft && found.ToldCount is null && found.IsCountedBy(call.Caller))
                {
                    response.CountNow = await found.Query.Count(tx);
                }

                if (texts is not null && found.State != AlertState.Draft)
                {
                    response.Letter = Letter.Of(found, texts);
                }

                await AddAnswers(tx, found, response);
                return response;
            },
            call.Cancellation);

    private async Task AddAnswers(Tx tx, Alert found, GetAlertResponse response)
    {
        foreach (var recipient in found.Transmissions.Where(t => t.AnswerDate is not null).Select(t => t.Recipient))
        {
            if (await vault.ReadAnswer(tx, found.Id, recipient) is { } answer)
            {
                response.Answers.Add(new GetAlertResponse.Types.Answer { Recipient = recipient, Words = answer });
            }
        }
    }
}
