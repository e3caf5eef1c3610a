using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Intervision.Demo.Finance;

/// <summary>One event as finance keeps it.</summary>
/// <param name="Sequence">Its number within its subject.</param>
/// <param name="Amounts">Those it speaks of, line by line or payment by payment; none for others.</param>
internal sealed record FinanceEvent(string Id, string Type, string Subject, long Sequence, IReadOnlyList<FinanceAmount> Amounts)
{
    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture, $"{Id};{Type};{Subject};{Sequence};{string.Join(' ', Amounts.Select(a => $"{a.Of}={a.Cents.ToString(CultureInfo.InvariantCulture)}"))}\n");

    /// <summary>Null when it is not the line of an event.</summary>
    public static FinanceEvent? FromLine(string line) => line.Split(';') is [var id, var type, var subject, var sequence, var amounts]
        ? new FinanceEvent(id, type, subject, long.Parse(sequence, CultureInfo.InvariantCulture), [.. amounts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(FinanceAmount.Parse)])
        : null;
}

/// <param name="Of">A line or a payment.</param>
internal sealed record FinanceAmount(string Of, long Cents)
{
    public static FinanceAmount Parse(string text) =>
        new(text[..text.IndexOf('=', StringComparison.Ordinal)], long.Parse(text.AsSpan(text.IndexOf('=', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture));
}

/// <summary>
/// What finance has received, each event once, whatever is delivered twice: an append-only file, written before the
/// message is acknowledged, so that neither a crash between the two nor a redelivery changes a count.
/// </summary>
internal sealed class EventJournal : IDisposable
{
    private readonly ConcurrentDictionary<string, FinanceEvent> seen = new(StringComparer.Ordinal);
    private readonly FileStream file;

    public EventJournal(string folder)
    {
        Directory.CreateDirectory(folder);
        file = new FileStream(Path.Combine(folder, "finance-events.csv"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        Load();
    }

    public ICollection<FinanceEvent> Events => seen.Values;

    public int Count => seen.Count;

    public void Add(FinanceEvent received)
    {
        if (!seen.TryAdd(received.Id, received))
        {
            return;
        }

        file.Write(Encoding.UTF8.GetBytes(received.ToLine()));
        file.Flush();
    }

    public void Dispose() => file.Dispose();

    private void Load()
    {
        var text = new StreamReader(file, Encoding.UTF8, leaveOpen: true).ReadToEnd();
        // A line that was being written when the demo was killed was not acknowledged: it comes again.
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        foreach (var line in whole.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (FinanceEvent.FromLine(line) is { } known)
            {
                seen[known.Id] = known;
            }
        }

        file.SetLength(Encoding.UTF8.GetByteCount(whole));
        file.Seek(0, SeekOrigin.End);
    }
}
