using System.Text;
using System.Text.RegularExpressions;

namespace Intervision.Intake.Email;

/// <summary>The one address that a message says it is from.</summary>
internal static class Mailbox
{
    private static readonly Regex Plain = new(
        @"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));

    /// <summary>Null unless there is one field with one address: of two, one could be a pretence.</summary>
    public static string? Of(IEnumerable<string> fields) =>
        fields.Take(2).ToList() is [var only] && WithoutWords(only) is { } bare && Bracketed(bare)?.Trim().ToLowerInvariant() is { Length: <= 254 } address && Plain.IsMatch(address)
            ? address
            : null;

    /// <summary>Without quoted names and comments, which may hold anything; null when one of them is left open.</summary>
    private static string? WithoutWords(string field)
    {
        var bare = new StringBuilder();
        var (quoted, comments) = (false, 0);
        for (var i = 0; i < field.Length; i++)
        {
            var c = field[i];
            if (c == '\\')
            {
                i++;
            }
            else if (c == '"' && comments == 0)
            {
                quoted = !quoted;
            }
            else if (c is '(' or ')' && !quoted)
            {
                comments += c == '(' ? 1 : -1;
            }
            else if (!quoted && comments == 0)
            {
                bare.Append(c);
            }
        }

        return quoted || comments != 0 ? null : bare.ToString();
    }

    private static string? Bracketed(string bare)
    {
        var open = bare.IndexOf('<', StringComparison.Ordinal);
        if (open < 0)
        {
            return bare;
        }

        var close = bare.IndexOf('>', open);
        var alone = close > 0 && string.IsNullOrWhiteSpace(bare[(close + 1)..]) && !bare[..open].AsSpan().ContainsAny(",@;:");
        return alone ? bare[(open + 1)..close] : null;
    }
}
