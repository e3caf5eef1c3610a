using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Payees;

/// <summary>What an account and its holder's number must be, whoever's they are (DOMAIN §2).</summary>
internal static class AccountChecks
{
    public static void CheckHolderName(this Violations violations, string field, string name) => violations.Check(
        BankAccounts.IsHolderName(name), field, "HOLDER_NAME_INVALID", "Le titulaire exact du compte est obligatoire (140 caractères au plus).");

    public static void CheckIban(this Violations violations, string field, string iban) => violations.Check(
        BankAccounts.IsIban(iban), field, "IBAN_INVALID", "L'IBAN n'est pas valable (pays hors de la zone SEPA, longueur ou clé de contrôle).");

    /// <param name="bic">Empty: the bank is known by the IBAN.</param>
    public static void CheckBic(this Violations violations, string field, string bic) => violations.Check(
        bic.Length == 0 || BankAccounts.IsBic(bic), field, "BIC_INVALID", "Le BIC n'est pas valable.");

    public static void CheckSiret(this Violations violations, string field, string siret, Payee.Types.Kind kind) => violations.Check(
        siret.Length == 0 ? kind == Payee.Types.Kind.Person : BankAccounts.IsSiret(siret),
        field, "SIRET_INVALID", "Le SIRET n'est pas valable ; il n'est facultatif que pour une personne.");
}
