using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>One line of a resource's console.</summary>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>What the resources wrote on their consoles: the last lines, and what comes.</summary>
public class ResourceLoggerService
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(0.05);
    private readonly ConcurrentDictionary<string, ConsoleRing> _consoles = new(StringComparer.OrdinalIgnoreCase);

    private ConsoleLimits _limits = new();

    internal ResourceLoggerService()
    {
    }

    /// <summary>What lies there already, then every line as it comes, in small batches.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(
        string resourceName, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (long last = 0; ;)
        {
            var lines = Read(resourceName, last, int.MaxValue).Lines;
            if (lines.Count > 0)
            {
                last = lines[^1].Number;
                yield return [.. lines.Select(l => new LogLine((int)Math.Min(l.Number, int.MaxValue), l.Text, l.IsError))];
            }
            await Task.Delay(Glance, cancellationToken);
        }
    }

    internal ConsolePart Read(string resourceName, long after, int most) => Of(resourceName).Read(after, most);

    internal void Write(string resourceName, string text, bool isError = false) => Of(resourceName).Write(text, isError);

    /// <summary>The last line that says something, for a one-sentence diagnosis.</summary>
    internal string? LastWords(string resourceName) => Of(resourceName).LastWords();

    /// <summary>Before anything is written.</summary>
    internal void Bound(ConsoleLimits limits) => _limits = limits;

    /// <summary>What all consoles take of memory, and may.</summary>
    internal (long Bytes, long Most) Memory() => (_consoles.Values.Sum(c => c.Bytes()), _consoles.Count * ConsoleLimits.Bytes(_limits.Lines, _limits.Characters));

    private ConsoleRing Of(string resourceName) => _consoles.GetOrAdd(resourceName, _ => new ConsoleRing(TimeProvider.System, _limits));
}
