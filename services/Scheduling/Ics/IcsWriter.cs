using System.Text;

namespace Intervision.Scheduling.Ics;

/// <summary>Writes an iCalendar object: CRLF, lines folded at 75 octets and never inside a character (RFC 5545 §3.1).</summary>
internal static class IcsWriter
{
    private const int MostOctets = 75;

    /// <exception cref="ArgumentException">A name or value that no line can hold: a mistake of the program, never of its users.</exception>
    public static string Write(IcsComponent calendar)
    {
        var text = new StringBuilder(1024);
        Write(text, calendar);
        return text.ToString();
    }

    private static void Write(StringBuilder text, IcsComponent component)
    {
        Fold(text, $"BEGIN:{Name(component.Name)}");
        foreach (var property in component.Properties)
        {
            Fold(text, Line(property));
        }

        foreach (var part in component.Parts)
        {
            Write(text, part);
        }

        Fold(text, $"END:{component.Name}");
    }

    private static string Line(IcsProperty property)
    {
        var line = new StringBuilder(Name(property.Name));
        foreach (var parameter in property.Parameters)
        {
            line.Append(';').Append(Name(parameter.Name)).Append('=').AppendJoin(',', parameter.Values.Select(Quoted));
        }

        return line.Append(':').Append(Clean(property.Value)).ToString();
    }

    private static string Quoted(string value)
    {
        var escaped = Clean(IcsText.EscapeParameter(value));
        return escaped.AsSpan().IndexOfAny(":;,") >= 0 ? $"\"{escaped}\"" : escaped;
    }

    private static string Name(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-')
            ? name
            : throw new ArgumentException($"\"{name}\" is no name of a line.", nameof(name));

    private static string Clean(string value) =>
        value.Any(IcsText.IsControl) ? throw new ArgumentException("A value with a control character.", nameof(value)) : value;

    private static void Fold(StringBuilder text, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > MostOctets)
            {
                text.Append("\r\n ");
                octets = 1;
            }

            text.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }

        text.Append("\r\n");
    }
}
