using System.Text;

namespace Intervision.Scheduling.Ics;

/// <summary>What was read, or why not: a code, and the line (unfolded, from 1) where it went wrong.</summary>
internal readonly record struct IcsReading(IcsComponent? Calendar, string Problem, int Line);

/// <summary>
/// Reads one iCalendar object as mail programs write them: any line ending, any unknown line, folds in the midst of a
/// character. Bounded in every direction, and whatever the bytes it answers and does not throw.
/// </summary>
internal static class IcsReader
{
    public const int MostBytes = 64 * 1024;
    public const int MostLines = 2000;
    public const int Deepest = 8;

    public static IcsReading Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MostBytes)
        {
            return new IcsReading(null, "CALENDAR_TOO_LARGE", 0);
        }

        var lines = Unfold(bytes);
        return lines.Count switch
        {
            0 => new IcsReading(null, "CALENDAR_EMPTY", 0),
            > MostLines => new IcsReading(null, "CALENDAR_TOO_MANY_LINES", MostLines),
            _ => Nest(lines),
        };
    }

    /// <summary>
    /// Logical lines, folds undone on octets: a fold that another program put inside a character leaves no trace. Empty
    /// lines are none; a byte-order mark, and octets that are no UTF-8, harm nobody.
    /// </summary>
    private static List<string> Unfold(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        var line = new List<byte>(128);
        bytes = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] is not ((byte)'\r' or (byte)'\n'))
            {
                line.Add(bytes[i]);
                continue;
            }

            i += bytes[i] == '\r' && i + 1 < bytes.Length && bytes[i + 1] == '\n' ? 1 : 0;
            if (i + 1 < bytes.Length && bytes[i + 1] is (byte)' ' or (byte)'\t')
            {
                i++;
                continue;
            }

            End();
        }

        End();
        return lines;

        void End()
        {
            if (line.Count > 0)
            {
                lines.Add(Encoding.UTF8.GetString([.. line]));
                line.Clear();
            }
        }
    }

    private static IcsReading Nest(List<string> lines)
    {
        var open = new Stack<(string Name, List<IcsProperty> Properties, List<IcsComponent> Parts)>();
        IcsComponent? whole = null;
        for (var i = 0; i < lines.Count; i++)
        {
            if (IcsLine.Parse(lines[i]) is not { } property)
            {
                return Failed("CALENDAR_LINE_INVALID");
            }

            var block = property.Value.Trim().ToUpperInvariant();
            if (whole is not null || (open.Count == 0 && (property.Name, block) != ("BEGIN", "VCALENDAR")))
            {
                return Failed(whole is null ? "NOT_A_CALENDAR" : "CALENDAR_FOLLOWED_BY_MORE");
            }

            if (property.Name is not ("BEGIN" or "END"))
            {
                open.Peek().Properties.Add(property);
                continue;
            }

            if (property.Name == "BEGIN")
            {
                if (open.Count == Deepest)
                {
                    return Failed("CALENDAR_TOO_DEEP");
                }

                open.Push((block, [], []));
                continue;
            }

            var (name, properties, parts) = open.Pop();
            if (name != block)
            {
                return Failed("CALENDAR_BLOCK_UNBALANCED");
            }

            var component = new IcsComponent(name, properties, parts);
            if (open.TryPeek(out var parent))
            {
                parent.Parts.Add(component);
            }
            else
            {
                whole = component;
            }

            IcsReading Failed(string problem) => new(null, problem, i + 1);
        }

        return whole is null ? new IcsReading(null, "CALENDAR_BLOCK_UNBALANCED", lines.Count) : new IcsReading(whole, "", 0);
    }
}
