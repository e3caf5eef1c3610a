using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.Payments;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payees;

/// <summary>
/// From a day on somebody is paid through this payee; lines of sessions from that day on that waited are calculated. Who had another
/// payee before moves: two people and 72 hours.
/// </summary>
public sealed class AddPayeeProfessional(Db db, CalculateWaiting waiting)
{
    public Task<AddPayeeProfessionalResponse> Handle(AddPayeeProfessionalRequest request, Call call)
    {
        var violations = new Violations();
        violations.Check(ResourceNames.IsNamed(request.Professional, "professionals"), "professional", "PROFESSIONAL_INVALID", "Le professionnel doit être de la forme professionals/{id}.");
        violations.Check(request.FromDate.ToDate() is not null, "from_date", "DATE_INVALID", "La date de début n'est pas une date.");
        violations.ThrowIfAny();
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Change(tx);
            var payee = await PayeeVerb.Enter(tx, call, request.Name, request.Etag);
            var from = request.FromDate.ToDate()!.Value;
            var taken = await PayeeStore.Within(tx, [request.Professional], from, until: null);
            if (taken.TryGetValue(request.Professional, out var other))
            {
                throw CreatePayee.Taken(request.Professional, other);
            }

            if (await PayeeMoves.Before(tx, request.Professional, payee.Name) is { } former)
            {
                Separation.MustBeSomebodyElse(call.Caller, involved: false, former.Remover, former.Maker);
                await PayeeMoves.Insert(tx, former, payee, request.Professional, from, call);
            }

            await tx.Execute(
                "insert into payee_professional (professional, payee, valid) values (@Professional, @Name, daterange(@from, null))",
                new { request.Professional, payee.Name, from });
            await PayeeStore.Touch(tx, payee.Name, call.Now);
            await waiting.OfProfessionals(tx, [request.Professional], call.Now);
            return new AddPayeeProfessionalResponse { Record = await PayeeVerb.Shown(tx, payee.Name, call.Now) };
        });
    }
}
