using System.Text;

namespace Intervision.Intake.Email;

/// <summary>The header fields of a message or of one of its parts, unfolded; lines that are no field are passed over.</summary>
internal sealed class MimeHeaders
{
    private const int MaximumFields = 200;
    private const int MaximumBytes = 64 * 1024;

    private readonly List<(string Name, StringBuilder Value)> fields = [];

    private MimeHeaders()
    {
    }

    /// <summary>Lower case, without parameters; text/plain when not said.</summary>
    public string ContentType => Find("Content-Type")?.Split(';')[0].Trim().ToLowerInvariant() is { Length: > 0 } said ? said : "text/plain";

    public bool IsAttachment =>
        Find("Content-Disposition")?.TrimStart().StartsWith("attachment", StringComparison.OrdinalIgnoreCase) == true
        || Parameter("Content-Disposition", "filename").Length > 0
        || Parameter("Content-Type", "name").Length > 0;

    /// <param name="body">What follows the empty line.</param>
    /// <exception cref="ServiceDefaults.Grpc.RuleBroken">EMAIL_TOO_COMPLEX.</exception>
    public static MimeHeaders Read(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> body)
    {
        var headers = new MimeHeaders();
        var position = 0;
        while (position < bytes.Length)
        {
            var end = Lines.End(bytes, position);
            var line = bytes[position..end].TrimEnd("\r\n"u8);
            position = end;
            if (line.IsEmpty)
            {
                break;
            }

            headers.Add(line);
            if (position > MaximumBytes || headers.fields.Count > MaximumFields)
            {
                throw MimeReader.TooComplex();
            }
        }

        body = bytes[position..];
        return headers;
    }

    /// <summary>The first of this name.</summary>
    public string? Find(string name) => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) =>
        fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value.ToString().Trim());

    /// <summary>A parameter of a field such as <c>text/plain; charset="utf-8"</c>; empty when not said.</summary>
    public string Parameter(string field, string name)
    {
        var value = Find(field) ?? "";
        var position = value.IndexOf(';', StringComparison.Ordinal);
        while (position >= 0 && position + 1 < value.Length)
        {
            var equals = value.IndexOf('=', position);
            if (equals < 0)
            {
                break;
            }

            var key = value[(position + 1)..equals].Trim();
            var said = Value(value, equals + 1, out position);
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return said;
            }
        }

        return "";
    }

    private void Add(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            if (fields.Count > 0)
            {
                fields[^1].Value.Append(Encoding.Latin1.GetString(line));
            }

            return;
        }

        var colon = line.IndexOf((byte)':');
        if (colon > 0)
        {
            fields.Add((Encoding.Latin1.GetString(line[..colon]).TrimEnd(), new StringBuilder(Encoding.Latin1.GetString(line[(colon + 1)..]))));
        }
    }

    /// <summary>A token, or a quoted string.</summary>
    /// <param name="next">The next semicolon; -1 at the end.</param>
    private static string Value(string text, int start, out int next)
    {
        while (start < text.Length && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        var quoted = start < text.Length && text[start] == '"';
        var close = quoted ? text.IndexOf('"', start + 1) : -1;
        next = text.IndexOf(';', close > 0 ? close : start);
        return close > 0 ? text[(start + 1)..close] : text[start..(next < 0 ? text.Length : next)].Trim();
    }
}
