using System.Text;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payees;

/// <summary>Creates a payee with its first account; lines of its professionals that waited for one are calculated.</summary>
public sealed class CreatePayee(Db db, CalculateWaiting waiting)
{
    private const int MaximumProfessionals = 100;

    public Task<CreatePayeeResponse> Handle(CreatePayeeRequest request, Call call)
    {
        var payee = Read(request.Payee ?? new Payee());
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Change(tx);
            var payees = await PayeeStore.Within(tx, payee.Professionals, from: null, until: null);
            if (Decide(await PayeeStore.Find(tx, payee.Name, call.Now), payees, payee))
            {
                await PayeeStore.Insert(tx, payee, call.Caller.Subject, call.Now);
                await waiting.OfProfessionals(tx, payee.Professionals, call.Now);
            }

            return new CreatePayeeResponse { Payee = (await PayeeStore.Find(tx, payee.Name, call.Now))!.ToProto() };
        });
    }

    /// <returns>Whether there is something to create: the same payee again changes nothing.</returns>
    /// <exception cref="RuleBroken">IBAN_CHANGE_NEEDS_TWO_PEOPLE, PAYEE_EXISTS, PROFESSIONAL_HAS_PAYEE.</exception>
    internal static bool Decide(PayeeRow? stored, IReadOnlyDictionary<string, string> payeeOf, PayeeRow payee)
    {
        if (stored is not null)
        {
            if (stored.Iban != payee.Iban)
            {
                throw RuleBroken.NotNow(
                    "IBAN_CHANGE_NEEDS_TWO_PEOPLE", "Un changement d'IBAN demande deux personnes et 72 heures.", "PAYEE", payee.Name, ("name", payee.Name));
            }

            var same = stored with { Professionals = payee.Professionals, Version = payee.Version, ChangeTime = payee.ChangeTime, HoldReason = payee.HoldReason } == payee
                && stored.Professionals.SequenceEqual(payee.Professionals, StringComparer.Ordinal);
            return same
                ? false
                : throw RuleBroken.Exists("PAYEE_EXISTS", $"Le bénéficiaire « {payee.Name} » existe déjà avec un autre contenu.", ("name", payee.Name));
        }

        if (payee.Professionals.FirstOrDefault(payeeOf.ContainsKey) is { } taken)
        {
            throw Taken(taken, payeeOf[taken]);
        }

        return true;
    }

    internal static RuleBroken Taken(string professional, string payee) => RuleBroken.NotNow(
        "PROFESSIONAL_HAS_PAYEE", $"« {professional} » est déjà payé par l'intermédiaire de « {payee} ».", "PAYEE", professional,
        ("professional", professional), ("payee", payee));

    private static PayeeRow Read(Payee given)
    {
        var payee = new PayeeRow
        {
            Name = given.Name,
            Kind = given.Kind,
            HolderName = given.HolderName.Trim().Normalize(NormalizationForm.FormC),
            Siret = BankAccounts.Normalise(given.Siret),
            Iban = BankAccounts.Normalise(given.Iban),
            Bic = BankAccounts.Normalise(given.Bic),
            Contact = given.Contact.Trim(),
            Professionals = [.. given.Professionals.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };
        var violations = new Violations();
        violations.Check(ResourceNames.IsNamed(payee.Name, "payees"), "payee.name", "NAME_INVALID", "Le nom doit être de la forme payees/{code}.");
        violations.Check(payee.Kind is > Payee.Types.Kind.Unspecified and <= Payee.Types.Kind.Employer, "payee.kind", "KIND_INVALID", "Nature de bénéficiaire inconnue.");
        violations.CheckHolderName("payee.holder_name", payee.HolderName);
        violations.CheckSiret("payee.siret", payee.Siret, payee.Kind);
        violations.CheckIban("payee.iban", payee.Iban);
        violations.CheckBic("payee.bic", payee.Bic);
        violations.Check(payee.Contact.Length == 0 || MailQueue.IsMailbox(payee.Contact), "payee.contact", "CONTACT_INVALID", "L'adresse de contact n'est pas valable.");
        violations.Check(
            payee.Professionals.Length is > 0 and <= MaximumProfessionals && payee.Professionals.All(p => ResourceNames.IsNamed(p, "professionals")),
            "payee.professionals", "PROFESSIONALS_INVALID", $"De 1 à {MaximumProfessionals} professionnels, de la forme professionals/{{id}}.");
        violations.ThrowIfAny();
        return payee;
    }
}
