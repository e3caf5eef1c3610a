using System.Net;
using System.Text.RegularExpressions;

namespace Intervision.Intake.Email;

/// <summary>The words of an HTML mail, line by line; of use only to look for a question and dates in.</summary>
internal static class HtmlText
{
    private static readonly Regex Hidden = New("<(?:style|script|head)[ >].*?</(?:style|script|head)>");
    private static readonly Regex Breaks = New("<br[^>]*>|</(?:p|div|li|tr|h[1-6])>");
    private static readonly Regex Tags = New("<[^>]*>");

    public static string Of(string html) => html.Length == 0
        ? ""
        : WebUtility.HtmlDecode(Tags.Replace(Breaks.Replace(Hidden.Replace(html, ""), "\n"), "")).Replace('\0', ' ');

    private static Regex New(string pattern) => new(
        pattern, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
}
