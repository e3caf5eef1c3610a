using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>One line of a resource's console.</summary>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>What the resources wrote on their consoles: the last lines, and what comes.</summary>
public class ResourceLoggerService
{
    private const int Kept = 10_000;
    private const string Unhandled = "Unhandled exception.";
    private readonly ConcurrentDictionary<string, Console> _consoles = new(StringComparer.OrdinalIgnoreCase);

    internal ResourceLoggerService()
    {
    }

    /// <summary>What lies there already, then every line as it comes, in small batches.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(
        string resourceName, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var console = Of(resourceName);
        var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });
        yield return console.Join(channel);
        try
        {
            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                var batch = new List<LogLine>();
                while (batch.Count < 500 && channel.Reader.TryRead(out var line))
                {
                    batch.Add(line);
                }
                yield return batch;
            }
        }
        finally
        {
            console.Leave(channel);
        }
    }

    internal void Write(string resourceName, string text, bool isError = false) => Of(resourceName).Write(text, isError);

    /// <summary>The last line that says something, for a one-sentence diagnosis.</summary>
    internal string? LastWords(string resourceName) => Of(resourceName).LastWords();

    private Console Of(string resourceName) => _consoles.GetOrAdd(resourceName, _ => new Console());

    private sealed class Console
    {
        private readonly Queue<LogLine> _lines = new();
        private readonly List<Channel<LogLine>> _watchers = [];
        private readonly Lock _lock = new();
        private int _count;

        public void Write(string text, bool isError)
        {
            lock (_lock)
            {
                var line = new LogLine(++_count, text, isError);
                _lines.Enqueue(line);
                if (_lines.Count > Kept)
                {
                    _lines.Dequeue();
                }
                foreach (var watcher in _watchers)
                {
                    watcher.Writer.TryWrite(line);
                }
            }
        }

        public IReadOnlyList<LogLine> Join(Channel<LogLine> watcher)
        {
            lock (_lock)
            {
                _watchers.Add(watcher);
                return [.. _lines];
            }
        }

        public void Leave(Channel<LogLine> watcher)
        {
            lock (_lock)
            {
                _watchers.Remove(watcher);
            }
        }

        public string? LastWords()
        {
            lock (_lock)
            {
                // What .NET says of an exception nobody caught begins with its message, and ends far from it; so does PostgreSQL.
                var spoken = _lines.Where(l => !string.IsNullOrWhiteSpace(l.Content) && !l.Content.StartsWith("   at ", StringComparison.Ordinal)).ToList();
                var last = spoken.LastOrDefault(l => l.Content.StartsWith(Unhandled, StringComparison.Ordinal)).Content
                    ?? spoken.LastOrDefault(l => l.Content.Contains("FATAL:", StringComparison.Ordinal)).Content
                    ?? spoken.LastOrDefault(l => l.IsErrorMessage).Content
                    ?? spoken.LastOrDefault().Content;
                return last?.Replace(Unhandled, string.Empty, StringComparison.Ordinal).Trim();
            }
        }
    }
}
