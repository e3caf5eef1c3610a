using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Payees;

/// <summary>What an account that somebody gives must be, whoever's it is (DOMAIN §2).</summary>
internal static class AccountChecks
{
    public static void CheckHolderName(this Violations violations, string field, string name) => violations.Check(
        BankAccounts.IsHolderName(name), field, "HOLDER_NAME_INVALID", "Le titulaire exact du compte est obligatoire (140 caractères au plus).");

    public static void CheckIban(this Violations violations, string field, string iban) => violations.Check(
        BankAccounts.IsIban(iban), field, "IBAN_INVALID", "L'IBAN n'est pas valable (pays hors de la zone SEPA, longueur ou clé de contrôle).");

    /// <param name="bic">Empty: the bank is known by the IBAN.</param>
    public static void CheckBic(this Violations violations, string field, string bic) => violations.Check(
        bic.Length == 0 || BankAccounts.IsBic(bic), field, "BIC_INVALID", "Le BIC n'est pas valable.");
}
