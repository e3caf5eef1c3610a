using Intervision.Dashboard.Telemetry;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.ApplicationModel;

/// <param name="Number">From 1, without gaps.</param>
internal readonly record struct ConsoleEntry(long Number, DateTimeOffset Time, string Text, bool IsError);

/// <param name="Omitted">How many lines between what the reader had and the first of these it will never see.</param>
internal sealed record ConsolePart(IReadOnlyList<ConsoleEntry> Lines, long Omitted);

/// <summary>
/// What one console may take of memory: <c>Dashboard:Frontend:MaxConsoleLogCount</c>, as in the original, and
/// <c>Dashboard:Frontend:MaxConsoleLogCharacters</c>.
/// </summary>
internal sealed record ConsoleLimits(int Lines = 10_000, int Characters = 4_000_000)
{
    private const int BytesOfLine = 64;

    /// <exception cref="DistributedApplicationException">One of them is no positive number.</exception>
    public static ConsoleLimits Of(IConfiguration configuration)
    {
        var (section, standard) = (configuration.GetSection("Dashboard:Frontend"), new ConsoleLimits());
        try
        {
            return new ConsoleLimits(Number("MaxConsoleLogCount", standard.Lines), Number("MaxConsoleLogCharacters", standard.Characters));
        }
        catch (InvalidOperationException refused)
        {
            throw new DistributedApplicationException(refused.Message, refused);
        }

        int Number(string name, int otherwise) => (int)Math.Min(int.MaxValue, TelemetryOptions.Number(section, name, otherwise));
    }

    /// <summary>About: characters are two bytes, and a line has a time and a number besides.</summary>
    public static long Bytes(long lines, long characters) => (2 * characters) + (BytesOfLine * lines);
}

/// <summary>
/// The last lines of one console. Readers come with the number of the last line they have and hold nothing here:
/// one that is slow, or never comes back, costs nothing and is told how much it missed.
/// </summary>
internal sealed class ConsoleRing(TimeProvider clock, ConsoleLimits limits)
{
    private const string Unhandled = "Unhandled exception.";
    private readonly Queue<ConsoleEntry> _lines = new();
    private readonly Lock _lock = new();
    private long _last;
    private int _characters;

    public void Write(string text, bool isError)
    {
        lock (_lock)
        {
            _lines.Enqueue(new ConsoleEntry(++_last, clock.GetUtcNow(), text, isError));
            _characters += text.Length;
            while (_lines.Count > limits.Lines || _characters > limits.Characters)
            {
                _characters -= _lines.Dequeue().Text.Length;
            }
        }
    }

    /// <summary>At most <paramref name="most"/> of the lines after that one, the newest.</summary>
    public ConsolePart Read(long after, int most)
    {
        lock (_lock)
        {
            var wanted = (int)Math.Min(Math.Max(_last - after, 0), Math.Min(most, _lines.Count));
            return wanted == 0 && _last <= after
                ? new ConsolePart([], 0)
                : new ConsolePart([.. _lines.Skip(_lines.Count - wanted)], _last - wanted - after);
        }
    }

    /// <summary>Of memory.</summary>
    public long Bytes()
    {
        lock (_lock)
        {
            return ConsoleLimits.Bytes(_lines.Count, _characters);
        }
    }

    /// <summary>The last line that says something, for a one-sentence diagnosis.</summary>
    public string? LastWords()
    {
        lock (_lock)
        {
            // What .NET says of an exception nobody caught begins with its message, and ends far from it; so does PostgreSQL.
            var spoken = _lines.Where(l => !string.IsNullOrWhiteSpace(l.Text) && !l.Text.StartsWith("   at ", StringComparison.Ordinal)).ToList();
            var last = spoken.LastOrDefault(l => l.Text.StartsWith(Unhandled, StringComparison.Ordinal)).Text
                ?? spoken.LastOrDefault(l => l.Text.Contains("FATAL:", StringComparison.Ordinal)).Text
                ?? spoken.LastOrDefault(l => l.IsError).Text
                ?? spoken.LastOrDefault().Text;
            return last?.Replace(Unhandled, string.Empty, StringComparison.Ordinal).Trim();
        }
    }
}
