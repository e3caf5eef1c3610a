using System.Text;
using System.Text.RegularExpressions;

namespace Intervision.Membership.Import;

/// <summary>Small checks that rows of several kinds share.</summary>
internal static partial class Texts
{
    /// <summary>Trimmed, in Unicode normal form C, so that the same name typed on two systems is the same bytes (AIP-210).</summary>
    public static string Canonical(string said) => said.Trim().Normalize(NormalizationForm.FormC);

    /// <summary>Between 1 and <paramref name="longest"/> characters, none of them a control character.</summary>
    public static bool IsLabel(string text, int longest) => text.Length >= 1 && text.Length <= longest && !text.Any(char.IsControl);

    /// <summary>Two digits (or Corsica's 2A, 2B) and three digits.</summary>
    public static bool IsInsee(string text) => Insee().IsMatch(text);

    public static bool IsPostalCode(string text) => PostalCode().IsMatch(text);

    public static bool IsPoleCode(string text) => PoleCode().IsMatch(text);

    public static bool IsProfessionalId(string text) => ProfessionalId().IsMatch(text);

    public static bool IsNosCode(string text) => NosCode().IsMatch(text);

    public static bool IsEmail(string text) => text.Length <= 254 && Email().IsMatch(text);

    public static bool IsProgrammeCode(string text) => ProgrammeCode().IsMatch(text);

    /// <summary>Version of a document: 2020, 2024.1, v3-projet.</summary>
    public static bool IsVersion(string text) => Version().IsMatch(text);

    /// <summary>64 hexadecimal digits, either case.</summary>
    public static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);

    public static bool IsHttpsUri(string text) =>
        text.Length <= 500 && text.StartsWith("https://", StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0;

    [GeneratedRegex(@"^([0-9]{2}|2[AB])[0-9]{3}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Insee();

    [GeneratedRegex(@"^[0-9]{5}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PostalCode();

    [GeneratedRegex(@"^[A-Z0-9][A-Z0-9-]{0,19}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PoleCode();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ProfessionalId();

    [GeneratedRegex(@"^[A-Z0-9]{1,10}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex NosCode();

    [GeneratedRegex(@"^[^@\s]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Email();

    [GeneratedRegex(@"^[A-Z][A-Z0-9_]{0,39}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ProgrammeCode();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Version();
}
