using System.Text.RegularExpressions;

namespace Intervision.Membership.Identifiers;

/// <summary>
/// MSSanté mailboxes of professionals: an address in a domain under <c>mssante.fr</c>. A patient's mailbox is refused,
/// and never repeated in a message: its local part is the national health identifier (DOMAIN §2).
/// </summary>
internal static partial class MsSante
{
    public const int MaximumLength = 254;

    public static string Canonical(string said) => said.Trim().ToLowerInvariant();

    public static bool IsPatient(string canonical) => PatientDomain().IsMatch(canonical);

    public static bool IsProfessional(string canonical) =>
        canonical.Length <= MaximumLength && Address().IsMatch(canonical) && !IsPatient(canonical);

    [GeneratedRegex(@"@([a-z0-9.-]*\.)?patient\.mssante\.fr\.?\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PatientDomain();

    [GeneratedRegex(@"^[a-z0-9._%+'-]{1,64}@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+mssante\.fr\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
