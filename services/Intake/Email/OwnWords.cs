using System.Text.RegularExpressions;

namespace Intervision.Intake.Email;

/// <summary>What the sender wrote: without quoted mail, and up to the signature or the mail that is answered.</summary>
internal static class OwnWords
{
    private const int MaximumLines = 500;

    private static readonly Regex End = new(
        """
        ^(?:--|-{5,}.*|_{5,}.*|(?:de|from|exp[ée]diteur) ?:.*|(?:le|on) .{4,300}(?:a [ée]crit|wrote) ?:?|a [ée]crit ?:|(?:envoy[ée] de(?:puis)? mon|sent from my) .*|(?:bien )?(?:cordialement|confraternellement|[àa] vous)\b.{0,40}|sinc[èe]res salutations.*)$
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));

    public static string Of(string text) => string.Join(
        '\n',
        text.Split('\n').Take(MaximumLines).Select(l => l.Trim()).TakeWhile(l => !End.IsMatch(l.Length > 400 ? l[..400] : l)).Where(l => !l.StartsWith('>')));
}
