using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payees;

/// <summary>What the bank answered for the holder and the IBAN in force; NO_MATCH holds payments until another answer or account.</summary>
public sealed class RecordPayeeVerification(Db db)
{
    public Task<RecordPayeeVerificationResponse> Handle(RecordPayeeVerificationRequest request, Call call)
    {
        Validate(request, call.Now);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var payee = await PayeeVerb.Enter(tx, call, request.Name, request.Etag);
            await tx.Execute(
                """
                insert into payee_verification (id, payee, iban, holder_name, result, recorder, verify_time, record_time)
                values (@Id, @Name, @Iban, @HolderName, @Result, @Subject, @VerifyTime, @Now)
                """,
                new
                {
                    Id = Guid.CreateVersion7(call.Now), payee.Name, payee.Iban, payee.HolderName, Result = (int)request.Result, call.Caller.Subject,
                    VerifyTime = request.VerifyTime.ToDateTimeOffset(), call.Now,
                });
            await PayeeStore.Touch(tx, payee.Name, call.Now);
            return new RecordPayeeVerificationResponse { Record = await PayeeVerb.Shown(tx, payee.Name, call.Now) };
        });
    }

    private static void Validate(RecordPayeeVerificationRequest request, DateTimeOffset now)
    {
        var violations = new Violations();
        violations.Check(
            request.Result != PayeeVerification.Types.Result.Unspecified && Enum.IsDefined(request.Result), "result", "RESULT_INVALID", "La réponse de la banque est inconnue.");
        violations.Check(
            request.VerifyTime is { Nanos: >= 0 and < 1_000_000_000, Seconds: > 0 } time && time.Seconds <= now.ToUnixTimeSeconds(), "verify_time", "TIME_INVALID", "L'instant de la réponse manque ou est à venir.");
        violations.ThrowIfAny();
    }
}
