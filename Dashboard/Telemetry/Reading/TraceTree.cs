namespace Intervision.Dashboard.Telemetry.Reading;

/// <param name="At">Nanoseconds since 1970, believable.</param>
/// <param name="Shift">Already in <paramref name="At"/>: from what the sender's clock said.</param>
internal sealed record StoredSpan(long Id, long? Parent, long At, long Duration, long Shift, string Resource, SpanRow Shown);

/// <summary>
/// Spans as one picture. A child cannot begin before its parent: when it seems to, their clocks differ, and it is moved to its
/// parent's start together with what hangs below it. A span whose parent is not here, or that is its own ancestor, stands at the
/// first level: nothing is lost.
/// </summary>
internal static class TraceTree
{
    public static TracePicture Draw(TraceRow trace, IReadOnlyList<StoredSpan> spans, IReadOnlyList<LogRow> logs, bool truncated)
    {
        var here = spans.Select(s => s.Id).ToHashSet();
        var children = spans.Where(s => s.Parent is { } p && p != s.Id && here.Contains(p)).ToLookup(s => s.Parent!.Value);
        var drawn = new List<SpanRow>(spans.Count);
        var seen = new HashSet<long>();
        var first = long.MaxValue;
        var last = 0L;
        foreach (var top in spans.Where(s => s.Parent is not { } p || p == s.Id || !here.Contains(p)).Concat(spans))
        {
            Draw(top);
        }

        first = spans.Count == 0 ? 0 : first;
        return new TracePicture(trace, Instants.Time(first), Instants.Span(Math.Max(0, last - first)), drawn, logs, truncated);

        // A stack of our own: a chain of five thousand spans is deep.
        void Draw(StoredSpan top)
        {
            var waiting = new Stack<(StoredSpan Span, int Depth, long Moved, long NotBefore)>([(top, 0, 0, 0)]);
            while (waiting.TryPop(out var next))
            {
                if (!seen.Add(next.Span.Id))
                {
                    continue;
                }

                var moved = Math.Max(next.Moved, next.NotBefore - next.Span.At);
                var at = next.Span.At + moved;
                (first, last) = (Math.Min(first, at), Math.Max(last, at + next.Span.Duration));
                drawn.Add(Shown(next.Span, next.Depth, at, moved, here));
                foreach (var child in children[next.Span.Id].OrderByDescending(c => c.At))
                {
                    // Who speaks by another clock than its parent is moved only as far as it must.
                    waiting.Push((child, next.Depth + 1, child.Resource == next.Span.Resource ? moved : 0, at));
                }
            }
        }
    }

    private static SpanRow Shown(StoredSpan span, int depth, long at, long moved, HashSet<long> here)
    {
        var shift = Instants.Span(span.Shift + moved);
        return span.Shown with
        {
            Depth = depth,
            ParentMissing = span.Parent is { } parent && !here.Contains(parent),
            Start = Instants.Time(at),
            Shift = shift,
            Events = shift == TimeSpan.Zero ? span.Shown.Events : [.. span.Shown.Events.Select(e => e with { Time = Moved(e.Time, shift) })],
        };
    }

    private static DateTimeOffset Moved(DateTimeOffset time, TimeSpan by) =>
        new(Math.Clamp(time.UtcTicks + by.Ticks, 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
}
