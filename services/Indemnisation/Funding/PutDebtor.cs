using System.Text;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Funding;

/// <summary>The account that pays.</summary>
internal sealed record Debtor
{
    public string HolderName { get; init; } = "";

    public string Iban { get; init; } = "";

    public string Bic { get; init; } = "";

    /// <summary>Which version of pain.001 its bank takes.</summary>
    public PaymentFormat PaymentFormat { get; init; }

    public static Task<Debtor?> Find(Tx tx) => tx.SingleOrDefault<Debtor>("select holder_name, iban, bic, payment_format from debtor");
}

/// <summary>Sets the account that pays.</summary>
public sealed class PutDebtor(Db db)
{
    public Task<PutDebtorResponse> Handle(PutDebtorRequest request, Call call)
    {
        var debtor = Read(request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await tx.Execute(
                """
                insert into debtor (holder_name, iban, bic, payment_format, change_time) values (@HolderName, @Iban, @Bic, @PaymentFormat, @Now)
                on conflict (only_one) do update
                set holder_name = excluded.holder_name, iban = excluded.iban, bic = excluded.bic, payment_format = excluded.payment_format,
                  change_time = excluded.change_time
                """,
                new { debtor.HolderName, debtor.Iban, debtor.Bic, PaymentFormat = (int)debtor.PaymentFormat, call.Now });
            return new PutDebtorResponse { Iban = BankAccounts.Mask(debtor.Iban) };
        });
    }

    private static Debtor Read(PutDebtorRequest request)
    {
        var debtor = new Debtor
        {
            HolderName = request.HolderName.Trim().Normalize(NormalizationForm.FormC),
            Iban = BankAccounts.Normalise(request.Iban),
            Bic = BankAccounts.Normalise(request.Bic),
            PaymentFormat = request.PaymentFormat == PaymentFormat.Unspecified ? PaymentFormat.Pain00100109 : request.PaymentFormat,
        };
        var violations = new Violations();
        violations.CheckHolderName("holder_name", debtor.HolderName);
        violations.Check(BankAccounts.IsFrenchIban(debtor.Iban), "iban", "IBAN_INVALID", "L'IBAN français n'est pas valable (clé de contrôle).");
        violations.CheckBic("bic", debtor.Bic);
        violations.Check(Enum.IsDefined(debtor.PaymentFormat), "payment_format", "PAYMENT_FORMAT_INVALID", "La version de pain.001 est inconnue.");
        violations.ThrowIfAny();
        return debtor;
    }
}
