using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Payments;

/// <summary>
/// Who certified, who approved a line, who approves a run and who releases it are different people, and none of the last
/// two is paid by it (DESIGN §6).
/// </summary>
internal static class Separation
{
    /// <param name="involved">Whether the caller certified, approved or is paid by a line of the run.</param>
    /// <param name="hands">Subjects of those who proposed or approved the run, or had a hand in moving somebody to another payee (ADR 51).</param>
    /// <exception cref="RuleBroken">PERMISSION_DENIED.</exception>
    public static void MustBeSomebodyElse(Caller caller, bool involved, params ReadOnlySpan<string?> hands)
    {
        if (involved)
        {
            throw RuleBroken.Denied();
        }

        foreach (var hand in hands)
        {
            if (hand == caller.Subject)
            {
                throw RuleBroken.Denied();
            }
        }
    }
}
