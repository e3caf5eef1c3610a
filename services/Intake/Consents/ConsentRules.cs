using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Consents;

/// <summary>
/// The consent table of DOMAIN §4. An answer that implies the patient was informed (INFORMED, or GRANTED by a patient
/// not recorded as informed) can be recorded by a health professional only (DESIGN §7.31). REFUSED needs no
/// information: a patient may refuse to hear. After REFUSED nothing follows; after WITHDRAWN or EXPIRED the patient is
/// informed again.
/// </summary>
internal static class ConsentRules
{
    private static readonly Dictionary<(ConsentStatus From, ConsentStatus To), bool> Allowed = new()
    {
        // (from, to): recorded by a health professional only?
        [(ConsentStatus.NotCollected, ConsentStatus.Informed)] = true,
        [(ConsentStatus.NotCollected, ConsentStatus.Granted)] = true,
        [(ConsentStatus.NotCollected, ConsentStatus.Refused)] = false,
        [(ConsentStatus.NotCollected, ConsentStatus.Deferred)] = false,
        [(ConsentStatus.Informed, ConsentStatus.Granted)] = false,
        [(ConsentStatus.Informed, ConsentStatus.Refused)] = false,
        [(ConsentStatus.Deferred, ConsentStatus.Informed)] = true,
        [(ConsentStatus.Deferred, ConsentStatus.Granted)] = true,
        [(ConsentStatus.Deferred, ConsentStatus.Refused)] = false,
        [(ConsentStatus.Granted, ConsentStatus.Withdrawn)] = false,
        [(ConsentStatus.Granted, ConsentStatus.Expired)] = false,
        [(ConsentStatus.Withdrawn, ConsentStatus.Informed)] = true,
        [(ConsentStatus.Withdrawn, ConsentStatus.Granted)] = true,
        [(ConsentStatus.Expired, ConsentStatus.Informed)] = true,
        [(ConsentStatus.Expired, ConsentStatus.Granted)] = true,
    };

    /// <summary>
    /// What an answer that comes with a deposit is worth at once: that the patient was informed, when no health professional
    /// attests it, is a declaration without effect until one records it (ADR 0022). A refusal needs nobody's attestation.
    /// </summary>
    public static ConsentStatus InForce(ConsentStatus deposited, bool attestedByHealthProfessional) =>
        deposited == ConsentStatus.Unspecified || (IsAttestation(deposited) && !attestedByHealthProfessional) ? ConsentStatus.NotCollected : deposited;

    /// <summary>It says that the patient was informed.</summary>
    public static bool IsAttestation(ConsentStatus answer) => answer is ConsentStatus.Informed or ConsentStatus.Granted;

    /// <exception cref="RuleBroken">CONSENT_TRANSITION_REFUSED, HEALTH_PROFESSIONAL_REQUIRED (both of type CONSENT).</exception>
    public static ConsentStatus Decide(ConsentStatus from, ConsentStatus to, bool recorderIsHealthProfessional)
    {
        if (!Allowed.TryGetValue((from, to), out var healthProfessionalOnly))
        {
            throw RuleBroken.NotNow(
                "CONSENT_TRANSITION_REFUSED", "L'accord du patient ne peut pas passer à cet état.", "CONSENT", "",
                ("from", from.ToString()), ("to", to.ToString()));
        }

        if (healthProfessionalOnly && !recorderIsHealthProfessional)
        {
            throw RuleBroken.NotNow(
                "HEALTH_PROFESSIONAL_REQUIRED", "Seul un professionnel de santé peut attester que le patient a été informé.", "CONSENT");
        }

        return to;
    }
}
