using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payees;

/// <summary>From a day on somebody is no longer paid through this payee; sessions before that day still are, whenever their sheets come.</summary>
public sealed class RemovePayeeProfessional(Db db)
{
    public Task<RemovePayeeProfessionalResponse> Handle(RemovePayeeProfessionalRequest request, Call call)
    {
        var violations = new Violations();
        violations.Check(request.UntilDate.ToDate() is not null, "until_date", "DATE_INVALID", "La date de fin n'est pas une date.");
        violations.ThrowIfAny();
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Change(tx);
            var payee = await PayeeVerb.Enter(tx, call, request.Name, request.Etag);
            var until = request.UntilDate.ToDate()!.Value;
            var touched = await tx.Execute(
                """
                update payee_professional set valid = daterange(lower(valid), @until), remover = @Subject
                where payee = @Name and professional = @Professional and valid @> @until and (lower_inf(valid) or lower(valid) < @until)
                """,
                new { payee.Name, request.Professional, until, call.Caller.Subject });
            if (touched == 0)
            {
                throw RuleBroken.NotNow(
                    "PROFESSIONAL_NOT_LINKED", "Ce professionnel n'est pas payé par l'intermédiaire de ce bénéficiaire la veille et le jour dits.", "PAYEE", payee.Name,
                    ("name", payee.Name));
            }

            await PayeeStore.Touch(tx, payee.Name, call.Now);
            return new RemovePayeeProfessionalResponse { Record = await PayeeVerb.Shown(tx, payee.Name, call.Now) };
        });
    }
}
