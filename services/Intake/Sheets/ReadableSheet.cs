using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Sheets;

/// <summary>No sheet is written, approved or read without a consent in force (DOMAIN §4 a, c).</summary>
internal static class ReadableSheet
{
    /// <exception cref="RuleBroken">CONSENT_NOT_GRANTED, SHEET_LOCKED.</exception>
    public static void MustHaveConsent(Case found)
    {
        if (found.Consent != ConsentStatus.Granted)
        {
            throw RuleBroken.NotNow("CONSENT_NOT_GRANTED", "Le patient n'a pas donné son accord, ou l'a retiré.", "CONSENT", found.Name);
        }

        if (found.SheetLockTime is not null)
        {
            throw RuleBroken.NotNow("SHEET_LOCKED", "La fiche est verrouillée.", "CONSENT", found.Name);
        }
    }

    /// <exception cref="RuleBroken">CONSENT_NOT_GRANTED, SHEET_LOCKED, SHEET_NOT_WRITTEN.</exception>
    public static void MustBeReadable(Case found)
    {
        MustHaveConsent(found);
        if (found.SheetAuthor is null)
        {
            throw RuleBroken.NotNow("SHEET_NOT_WRITTEN", "La fiche n'est pas encore écrite.", "STATE", found.Name);
        }
    }
}
