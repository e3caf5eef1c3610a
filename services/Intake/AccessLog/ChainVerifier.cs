using System.Globalization;

namespace Intervision.Intake.AccessLog;

/// <summary>
/// Checks the chains line by line, from the database or an exported file alike. A change, a gap, another order, a month
/// taken out or an end cut off shows at the first link that does not hold. Whoever owns the database could write a whole
/// chain anew: an earlier export, kept elsewhere and given as anchor, shows that too.
/// </summary>
/// <param name="from">The months before are not there; null when they must be, or be noted as dropped.</param>
/// <param name="anchor">Heads of an earlier export, by shard.</param>
internal sealed class ChainVerifier(DateOnly? from = null, IReadOnlyDictionary<int, Head>? anchor = null)
{
    private int shard;
    private Opening? month;
    private long no;
    private byte[] hash = ChainLine.Genesis(0);

    /// <summary>How many entries held.</summary>
    public long Entries { get; private set; }

    /// <exception cref="BrokenChain">At the first link that does not hold.</exception>
    public static async Task<long> Verify(IAsyncEnumerable<ChainLine> lines, DateOnly? from, IReadOnlyDictionary<int, Head>? anchor)
    {
        var verifier = new ChainVerifier(from, anchor);
        await foreach (var line in lines)
        {
            verifier.Next(line);
        }

        verifier.End();
        return verifier.Entries;
    }

    public void Next(ChainLine line)
    {
        Must(line.Shard == shard, "a line of shard " + line.Shard.ToString(CultureInfo.InvariantCulture) + " stands here");
        switch (line)
        {
            case Opening opening: Begin(opening); break;
            case Entry entry: Link(entry); break;
            case Head head: Close(head); break;
        }
    }

    /// <exception cref="BrokenChain">When shards are missing.</exception>
    public void End() => Must(shard == ChainLine.Shards, "the log ends here, without the shard's head");

    private void Begin(Opening opening)
    {
        // After dropped months, and where the reading starts later, the opening is taken as it is said.
        var taken = month?.DropTime is not null || (month is null && from is not null);
        Must(month is null || opening.Segment > month.Segment, "a month comes twice or too late");
        Must(from is null || opening.Segment >= from, "a month before the first one asked for");
        Must(taken ? opening.FirstNo > no : opening.FirstNo == no + 1, $"month {opening.Segment:yyyy-MM} begins at another number");
        Must(taken || opening.Hash.AsSpan().SequenceEqual(hash), $"month {opening.Segment:yyyy-MM} does not open with the last hash of the month before");
        (month, no, hash) = (opening, opening.FirstNo - 1, opening.Hash);
    }

    private void Link(Entry entry)
    {
        Must(month is not null && entry.Segment == month.Segment, $"no. {entry.No} stands in another month");
        Must(month!.DropTime is null, $"no. {entry.No} is still there, although its month was dropped");
        Must(entry.No == no + 1, $"found no. {entry.No}: an entry is missing or moved");
        no = entry.No;
        hash = entry.HashAfter(hash);
        Must(entry.Hash.AsSpan().SequenceEqual(hash), "its content, or the hash before it, was changed", no);
        Must(
            Anchor is not { } earlier || earlier.No != no || earlier.Hash.AsSpan().SequenceEqual(hash),
            "it is not what an earlier export says", no);
        Entries++;
    }

    private void Close(Head head)
    {
        var known = month is null ? from is null : month.DropTime is null;
        Must(!known || (head.No == no && head.Hash.AsSpan().SequenceEqual(hash)), $"the head says no. {head.No}: the end was cut off or changed");
        Must(Anchor is not { } earlier || earlier.No <= head.No, $"an earlier export already had no. {Anchor?.No}");
        shard++;
        (month, no, hash) = (null, 0, ChainLine.Genesis(shard));
    }

    private Head? Anchor => anchor is not null && anchor.TryGetValue(shard, out var head) ? head : null;

    private void Must(bool holds, string what, long? at = null)
    {
        if (!holds)
        {
            throw new BrokenChain(shard, month?.Segment, at ?? no + 1, what);
        }
    }
}

/// <summary>The first link that does not hold.</summary>
internal sealed class BrokenChain(int shard, DateOnly? month, long no, string what)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"shard {shard}, month {month?.ToString("yyyy-MM", CultureInfo.InvariantCulture) ?? "(none)"}, no. {no}: {what}"))
{
    public int Shard => shard;

    public long No => no;
}
