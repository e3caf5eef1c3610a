using System.Text;

namespace Intervision.Scheduling.Ics;

/// <summary>What stands for characters that a line or a parameter cannot hold.</summary>
internal static class IcsText
{
    /// <summary>The controls that may stand in no line (RFC 5545 §3.1); a tab may.</summary>
    public static bool IsControl(char c) => c is (< ' ' and not '\t') or '\u007f';

    /// <summary>TEXT (RFC 5545 §3.3.11): <c>\\ \; \, \n</c>. Other controls go: no text of ours has any.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text.ReplaceLineEndings("\n"))
        {
            escaped = c switch
            {
                '\\' or ';' or ',' => escaped.Append('\\').Append(c),
                '\n' => escaped.Append("\\n"),
                _ when IsControl(c) => escaped,
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    /// <summary>The way back; a backslash before anything else stands for itself.</summary>
    public static string Unescape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var next = value[i] == '\\' && i + 1 < value.Length ? value[i + 1] : '\0';
            if (next is '\\' or ';' or ',' or 'n' or 'N')
            {
                text.Append(next is 'n' or 'N' ? '\n' : next);
                i++;
            }
            else
            {
                text.Append(value[i]);
            }
        }

        return text.ToString();
    }

    /// <summary>Parameter values cannot be escaped with backslashes: RFC 6868 gives the circumflex.</summary>
    public static string EscapeParameter(string value) => value
        .ReplaceLineEndings("\n")
        .Replace("^", "^^", StringComparison.Ordinal)
        .Replace("\n", "^n", StringComparison.Ordinal)
        .Replace("\"", "^'", StringComparison.Ordinal);

    public static string UnescapeParameter(string value)
    {
        if (!value.Contains('^', StringComparison.Ordinal))
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            char? meant = value[i] != '^' || i + 1 == value.Length ? null : value[i + 1] switch
            {
                'n' => '\n',
                '^' => '^',
                '\'' => '"',
                _ => null,
            };
            text.Append(meant ?? value[i]);
            i += meant is null ? 0 : 1;
        }

        return text.ToString();
    }
}
