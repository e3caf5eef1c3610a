using System.Text;

namespace Aspire.Hosting.Processes;

/// <summary>
/// Reads what a process writes, always to the end, so that it never stands still for us; but what it writes beyond a
/// pace that a person or a file could follow is only counted. A line beyond the longest is cut.
/// </summary>
internal sealed class ConsoleReader(Stream stream, Action<string> onLine, TimeProvider clock)
{
    public const int LongestLine = 8_192;
    public const int LinesPerSecond = 5_000;
    public const int BytesPerSecond = 2_000_000;
    private readonly byte[] _line = new byte[LongestLine];
    private int _held;
    private long _cut;
    private long _omitted;
    private int _lines;
    private int _bytes;
    private long _second = clock.GetTimestamp();

    public async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await NextAsync(buffer) is var count and > 0)
            {
                Take(buffer.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The pipe went with its process.
        }
        if (_held > 0)
        {
            EndLine();
        }
        SayOmitted();
    }

    private async Task<int> NextAsync(byte[] buffer)
    {
        var read = stream.ReadAsync(buffer).AsTask();
        if (_omitted > 0 && !read.IsCompleted && await Task.WhenAny(read, Task.Delay(TimeSpan.FromSeconds(1), clock)) != read)
        {
            // It has fallen silent after a flood: how much went by is not left for its next word.
            SayOmitted();
        }
        return await read;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        BeginSecond();
        while (!bytes.IsEmpty)
        {
            if (_lines >= LinesPerSecond || _bytes >= BytesPerSecond)
            {
                bytes = Skip(bytes);
            }
            var end = bytes.IndexOf((byte)'\n');
            Hold(end < 0 ? bytes : bytes[..end]);
            if (end < 0)
            {
                return;
            }
            EndLine();
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Counts the whole lines of a flood and gives back what follows them.</summary>
    private ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> bytes)
    {
        var ends = bytes.Count((byte)'\n');
        if (ends == 0)
        {
            return bytes;
        }
        _omitted += ends;
        _held = 0;
        _cut = 0;
        return bytes[(bytes.LastIndexOf((byte)'\n') + 1)..];
    }

    private void Hold(ReadOnlySpan<byte> piece)
    {
        var fits = Math.Min(piece.Length, LongestLine - _held);
        piece[..fits].CopyTo(_line.AsSpan(_held));
        _held += fits;
        _cut += piece.Length - fits;
    }

    private void EndLine()
    {
        var text = Encoding.UTF8.GetString(_line, 0, _held).TrimEnd('\r');
        _lines++;
        _bytes += _held;
        onLine(_cut == 0 ? text : $"{text}… [{_cut} octets coupés]");
        _held = 0;
        _cut = 0;
    }

    private void BeginSecond()
    {
        if (clock.GetElapsedTime(_second) >= TimeSpan.FromSeconds(1))
        {
            SayOmitted();
            _second = clock.GetTimestamp();
            _lines = 0;
            _bytes = 0;
        }
    }

    private void SayOmitted()
    {
        if (_omitted > 0)
        {
            onLine($"[apphost] … {_omitted} lignes omises : plus de {LinesPerSecond} lignes ou de {BytesPerSecond / 1_000_000} Mo par seconde");
            _omitted = 0;
        }
    }
}
