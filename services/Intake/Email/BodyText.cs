using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Intervision.Intake.Email;

/// <summary>The bytes of a text part as text. Broken encodings give a broken text, never an error.</summary>
internal static class BodyText
{
    /// <summary>More than anybody writes; what follows is quoted mail.</summary>
    private const int MaximumBytes = 64 * 1024;

    public static string Decode(ReadOnlySpan<byte> body, MimeHeaders headers)
    {
        var bytes = headers.Find("Content-Transfer-Encoding")?.ToUpperInvariant() switch
        {
            "BASE64" => FromBase64(body),
            "QUOTED-PRINTABLE" => FromQuotedPrintable(body),
            _ => body,
        };
        var text = Charset(headers.Parameter("Content-Type", "charset")).GetString(bytes[..Math.Min(bytes.Length, MaximumBytes)]);
        return string.Concat(text.ReplaceLineEndings("\n").Where(c => c is '\n' or '\t' || !char.IsControl(c)));
    }

    /// <summary>What is written in France; anything else is read as UTF-8.</summary>
    private static Encoding Charset(string name) => name.ToUpperInvariant() switch
    {
        "ISO-8859-1" or "LATIN1" => Encoding.Latin1,
        "ISO-8859-15" => CodePagesEncodingProvider.Instance.GetEncoding(28605)!,
        "WINDOWS-1252" or "CP1252" => CodePagesEncodingProvider.Instance.GetEncoding(1252)!,
        _ => Encoding.UTF8,
    };

    private static ReadOnlySpan<byte> FromBase64(ReadOnlySpan<byte> body)
    {
        var digits = new byte[body.Length + 3];
        var count = 0;
        foreach (var b in body)
        {
            if (b is (byte)'=')
            {
                break;
            }

            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'+' or (byte)'/')
            {
                digits[count++] = b;
            }
        }

        // A lone last digit means nothing; two or three are padded.
        count -= count % 4 == 1 ? 1 : 0;
        while (count % 4 != 0)
        {
            digits[count++] = (byte)'=';
        }

        var plain = new byte[(count / 4) * 3];
        Base64.DecodeFromUtf8(digits.AsSpan(0, count), plain, out _, out var written);
        return plain.AsSpan(0, written);
    }

    private static ReadOnlySpan<byte> FromQuotedPrintable(ReadOnlySpan<byte> body)
    {
        var plain = new byte[body.Length];
        var count = 0;
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != (byte)'=')
            {
                plain[count++] = body[i];
            }
            else if (i + 2 < body.Length && byte.TryParse(body.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                plain[count++] = value;
                i += 2;
            }
            else
            {
                // A soft line break, or nonsense: up to the end of the line.
                i = Lines.End(body, i) - 1;
            }
        }

        return plain.AsSpan(0, count);
    }
}
