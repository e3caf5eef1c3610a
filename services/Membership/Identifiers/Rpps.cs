namespace Intervision.Membership.Identifiers;

/// <summary>
/// RPPS: a ten-digit order number and its Luhn key (MOS, DOMAIN §2). Strict: the ANS's own sample numbers, which fail
/// their key, are refused but in a sandbox.
/// </summary>
internal static class Rpps
{
    /// <summary>Of the whole process, set before its first request: no place that checks a number can be forgotten.</summary>
    private static bool samplesToo;

    public static bool IsValid(string canonical) => Keys.AreDigits(canonical, 11) && (samplesToo || Keys.IsLuhn(canonical));

    /// <summary>
    /// With <c>Membership:RppsSandbox</c>, eleven digits are enough, so that the ANS's samples can be played with; said in
    /// the log at start, and refused in Production.
    /// </summary>
    public static void UseRppsSandboxIfAsked(this WebApplication app)
    {
        if (!app.Configuration.GetValue<bool>("Membership:RppsSandbox"))
        {
            return;
        }

        if (app.Environment.IsProduction())
        {
            throw new InvalidOperationException(
                "Membership:RppsSandbox is set in Production: refusing to start, since RPPS numbers with a wrong key would be accepted. Unset it.");
        }

        app.Logger.LogWarning("Membership:RppsSandbox: RPPS numbers whose key is wrong are accepted.");
        samplesToo = true;
    }
}
