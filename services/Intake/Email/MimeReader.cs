using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Email;

/// <summary>What a request by e-mail is read for; nothing else of the message is looked at.</summary>
/// <param name="MessageId">Null when there is none.</param>
/// <param name="Sender">Lower-case address; null unless From names exactly one.</param>
/// <param name="Text">The plain text, or the HTML one without its tags.</param>
internal sealed record EmailMessage(string? MessageId, string? Sender, string Text, int Attachments);

/// <summary>
/// Reads an RFC 5322 message with MIME parts, within bounds: what goes beyond them is refused, what is merely odd is
/// passed over. Attachments are counted and never decoded.
/// </summary>
internal sealed class MimeReader
{
    public const int MaximumBytes = 256 * 1024;
    private const int MaximumDepth = 8;
    private const int MaximumParts = 50;

    private int parts;
    private int attachments;
    private string? plain;
    private string? html;

    private MimeReader()
    {
    }

    /// <exception cref="RuleBroken">INVALID_ARGUMENT: EMAIL_EMPTY, EMAIL_TOO_LARGE, EMAIL_TOO_COMPLEX, EMAIL_UNREADABLE.</exception>
    public static EmailMessage Read(ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty)
        {
            throw Refused("EMAIL_EMPTY", "Le message est vide.");
        }

        if (raw.Length > MaximumBytes)
        {
            throw Refused("EMAIL_TOO_LARGE", "Le message dépasse 256 Kio : renvoyez-le sans pièce jointe.");
        }

        var headers = MimeHeaders.Read(raw, out var body);
        var reader = new MimeReader();
        reader.Visit(headers, body, depth: 0);
        return new EmailMessage(
            headers.Find("Message-ID") is { Length: > 0 } id ? id : null,
            Mailbox.Of(headers.All("From")),
            reader.plain ?? HtmlText.Of(reader.html ?? ""),
            reader.attachments);
    }

    public static RuleBroken TooComplex() =>
        Refused("EMAIL_TOO_COMPLEX", "Le message a trop d'en-têtes ou de parties pour être lu.");

    private static RuleBroken Refused(string reason, string french) => RuleBroken.Invalid("message", reason, french);

    private void Visit(MimeHeaders headers, ReadOnlySpan<byte> body, int depth)
    {
        if (++parts > MaximumParts || depth > MaximumDepth)
        {
            throw TooComplex();
        }

        var type = headers.ContentType;
        if (type.StartsWith("multipart/", StringComparison.Ordinal))
        {
            VisitParts(Delimiter(headers.Parameter("Content-Type", "boundary")), body, depth);
        }
        else if (type is not ("text/plain" or "text/html") || headers.IsAttachment)
        {
            attachments++;
        }
        else if (type == "text/plain")
        {
            plain ??= BodyText.Decode(body, headers);
        }
        else
        {
            html ??= BodyText.Decode(body, headers);
        }
    }

    private static byte[] Delimiter(string boundary) => boundary.Length is > 0 and <= 70
        ? [.. "--"u8, .. System.Text.Encoding.Latin1.GetBytes(boundary)]
        : throw Refused("EMAIL_UNREADABLE", "Le message est mal formé : ses parties n'ont pas de séparateur.");

    /// <summary>A part that is never closed ends with what encloses it.</summary>
    private void VisitParts(byte[] delimiter, ReadOnlySpan<byte> body, int depth)
    {
        var part = -1;
        for (int position = 0, next; position < body.Length; position = next)
        {
            next = Lines.End(body, position);
            var line = body[position..next];
            if (!line.StartsWith(delimiter))
            {
                continue;
            }

            var rest = line[delimiter.Length..].Trim(" \t\r\n"u8);
            if (!rest.IsEmpty && !rest.StartsWith("--"u8))
            {
                continue;
            }

            VisitPart(body, part, position, depth);
            part = next;
            if (!rest.IsEmpty)
            {
                return;
            }
        }

        VisitPart(body, part, body.Length, depth);
    }

    private void VisitPart(ReadOnlySpan<byte> body, int start, int end, int depth)
    {
        if (start >= 0)
        {
            var headers = MimeHeaders.Read(body[start..end], out var content);
            Visit(headers, content, depth + 1);
        }
    }
}

/// <summary>Lines end with LF, whatever comes before it.</summary>
internal static class Lines
{
    /// <summary>Where the line that begins at a position ends, its LF included.</summary>
    public static int End(ReadOnlySpan<byte> bytes, int from)
    {
        var feed = bytes[from..].IndexOf((byte)'\n');
        return feed < 0 ? bytes.Length : from + feed + 1;
    }
}
