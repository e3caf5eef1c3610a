using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payments;

/// <summary>Gathers approved, unpaid lines of a programme: one payment per payee, negative lines netted (DESIGN §7.16).</summary>
public sealed class ProposePaymentRun(Db db)
{
    private const long MaximumPaymentCents = 99_999_999_999;

    public Task<ProposePaymentRunResponse> Handle(ProposePaymentRunRequest request, Call call)
    {
        var blank = Read(request, call);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var lines = await LineStore.LockPayable(tx, blank.Programme, blank.UpToDate);
            var payees = await tx.Query<PayeeRow>(
                "select name, holder_name, iban, bic from payee where name = any(@names)",
                new { names = lines.Select(l => l.Payee).Distinct(StringComparer.Ordinal).ToArray() });
            var (run, payments) = Decide(
                blank with { Id = Guid.CreateVersion7(call.Now) }, lines, payees.ToDictionary(p => p.Name, StringComparer.Ordinal), () => Guid.CreateVersion7(call.Now));
            await RunStore.Insert(tx, run, payments);
            return new ProposePaymentRunResponse { PaymentRun = RunStore.ToProto(run, payments) };
        });
    }

    /// <summary>A payee whose lines net to nothing or less waits for the next run.</summary>
    /// <exception cref="RuleBroken">NOTHING_TO_PAY, PAYMENT_TOO_LARGE, CLOCK_BEFORE_LAST_CHANGE.</exception>
    internal static (RunRow Run, IReadOnlyList<PaymentRow> Payments) Decide(
        RunRow blank, IReadOnlyList<Line> lines, IReadOnlyDictionary<string, PayeeRow> payees, Func<Guid> newId)
    {
        var payments = new List<PaymentRow>();
        foreach (var owed in lines.GroupBy(l => l.Payee!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var cents = owed.Aggregate(0L, (sum, l) => checked(sum + l.AmountCents));
            if (cents <= 0)
            {
                continue;
            }

            if (cents > MaximumPaymentCents)
            {
                throw RuleBroken.NotNow("PAYMENT_TOO_LARGE", "Un virement SEPA ne peut dépasser 999 999 999,99 €.", "PAYEE", owed.Key, ("payee", owed.Key));
            }

            var payee = payees[owed.Key];
            payments.Add(new PaymentRow
            {
                Id = newId(),
                Payee = payee.Name,
                AmountCents = cents,
                HolderName = payee.HolderName,
                Iban = payee.Iban,
                Bic = payee.Bic,
                Remittance = Remittance.Of([.. owed]),
                Lines = [.. owed.Select(l => l.Id)],
            });
        }

        if (payments.Count == 0)
        {
            throw RuleBroken.NotNow("NOTHING_TO_PAY", "Aucune ligne validée n'attend de paiement pour ce programme à cette date.", subject: blank.Programme);
        }

        foreach (var line in lines)
        {
            Etag.MustNotPrecede(blank.ChangeTime, line.ChangeTime, line.Name);
        }

        return (blank with { TotalCents = payments.Aggregate(0L, (sum, p) => checked(sum + p.AmountCents)) }, payments);
    }

    private static RunRow Read(ProposePaymentRunRequest request, Call call)
    {
        var violations = new Violations();
        var upTo = request.UpToDate.ToDate();
        var execution = request.ExecutionDate.ToDate();
        violations.Check(ResourceNames.IsNamed(request.Programme, "programmes"), "programme", "PROGRAMME_INVALID", "Le programme doit être de la forme programmes/{code}.");
        violations.Check(upTo is not null, "up_to_date", "DATE_INVALID", "La date limite des séances n'est pas une date.");
        if (violations.Check(execution is not null, "execution_date", "DATE_INVALID", "La date d'exécution n'est pas une date."))
        {
            violations.Check(execution >= Paris.DateOf(call.Now), "execution_date", "EXECUTION_DATE_PAST", "La date d'exécution est passée.");
        }

        violations.ThrowIfAny();
        return new RunRow
        {
            State = PaymentRun.Types.State.Proposed,
            Programme = request.Programme,
            UpToDate = upTo!.Value,
            ExecutionDate = execution!.Value,
            Proposer = call.Caller.Subject,
            ChangeTime = call.Now,
        };
    }
}
