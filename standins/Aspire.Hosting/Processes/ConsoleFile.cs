namespace Aspire.Hosting.Processes;

/// <summary>The console of a resource since the app host started, on disk: at most twice <see cref="MostBytes"/>, the older half as <c>NAME.log.1</c>.</summary>
internal sealed class ConsoleFile(string path) : IDisposable
{
    public const long MostBytes = 20_000_000;
    private readonly Lock _lock = new();
    private StreamWriter? _writer = Open(path);

    public void WriteLine(string line)
    {
        lock (_lock)
        {
            if (_writer is { BaseStream.Length: > MostBytes } full)
            {
                full.Dispose();
                File.Move(path, path + ".1", overwrite: true);
                _writer = Open(path);
            }
            _writer?.WriteLine(line);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    private static StreamWriter Open(string path) => new(path) { AutoFlush = true };
}
