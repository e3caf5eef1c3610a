using System.Collections.ObjectModel;
using Google.Protobuf.Collections;
using Intervision.Dashboard.Telemetry;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Intervision.Dashboard.Otlp;

/// <summary>
/// What of a request is let in. Works in place: what cannot be stored is taken out, what is too long is cut; the sender is told
/// both, and what was left out of its earlier requests when they were written. <see cref="Rejected"/> counts records of this
/// request that were refused, <see cref="Message"/> names every reason.
/// </summary>
internal sealed class Admission(TelemetryOptions limits, Drops drops)
{
    private readonly Dictionary<(string Kind, string Reason), long> leftOut = [];
    private IReadOnlyDictionary<string, long> earlier = ReadOnlyDictionary<string, long>.Empty;

    public long Accepted { get; private set; }
    public long Rejected { get; private set; }

    /// <summary>Empty when all was taken whole; "REASON: count" otherwise, as English as the protocol.</summary>
    public string Message => string.Join("; ", new[]
    {
        string.Join(", ", leftOut.GroupBy(l => l.Key.Reason, l => l.Value).Select(r => $"{r.Key}: {r.Sum()}")),
        earlier.Count == 0 ? "" : $"of earlier requests {string.Join(", ", earlier.Select(r => $"{r.Key}: {r.Value}"))}",
    }.Where(part => part.Length > 0));

    /// <summary>Once it is sure that the sender has this answer, and not that it is to send everything again.</summary>
    public void Settle(string sender, string kind)
    {
        foreach (var ((what, reason), count) in leftOut)
        {
            drops.Add(what, reason, count);
        }

        earlier = drops.Owed(sender, kind);
    }

    public void Admit(RepeatedField<ResourceSpans> all)
    {
        foreach (var scope in all.SelectMany(r => Checked(r.Resource, r.ScopeSpans)))
        {
            Admit("spans", scope.Spans, IsValid, Cut);
        }
    }

    public void Admit(RepeatedField<ResourceLogs> all)
    {
        foreach (var scope in all.SelectMany(r => Checked(r.Resource, r.ScopeLogs)))
        {
            Admit("logs", scope.LogRecords, _ => null, Cut);
        }
    }

    /// <summary>Takes out of a list what is not valid, and cuts the rest.</summary>
    public void Admit<T>(string kind, RepeatedField<T> records, Func<T, string?> refusal, Action<T> cut)
    {
        var kept = 0;
        for (var i = 0; i < records.Count; i++)
        {
            if (refusal(records[i]) is { } reason)
            {
                Reject(kind, reason);
                continue;
            }

            cut(records[i]);
            records[kept++] = records[i];
        }

        Accepted += kept;
        while (records.Count > kept)
        {
            records.RemoveAt(records.Count - 1);
        }
    }

    public void CutAttributes(RepeatedField<KeyValue> attributes, Action<uint> dropped)
    {
        var over = Values.Cut(attributes, limits);
        if (over > 0)
        {
            dropped((uint)over);
            CutOut("attributes", Drops.TooManyAttributes, over);
        }
    }

    private void Reject(string kind, string reason)
    {
        Rejected++;
        CutOut(kind, reason, 1);
    }

    private void CutOut(string kind, string reason, long count)
    {
        leftOut[(kind, reason)] = leftOut.GetValueOrDefault((kind, reason)) + count;
    }

    private static string? IsValid(Span span) => span.TraceId.Length == 16 && span.SpanId.Length == 8 && span.ParentSpanId.Length is 0 or 8
        && span.TraceId.Span.ContainsAnyExcept((byte)0) && span.SpanId.Span.ContainsAnyExcept((byte)0) ? null : Drops.InvalidId;

    private void Cut(Span span)
    {
        span.Name = Values.Cut(span.Name, 512);
        if (span.Status is { Message.Length: > 0 } status)
        {
            status.Message = Values.Cut(status.Message, limits.MaxAttributeLength);
        }

        CutAttributes(span.Attributes, n => span.DroppedAttributesCount = Sum(span.DroppedAttributesCount, n));
        Shorten(span.Events, Drops.TooManyEvents, n => span.DroppedEventsCount = Sum(span.DroppedEventsCount, n));
        Shorten(span.Links, Drops.TooManyLinks, n => span.DroppedLinksCount = Sum(span.DroppedLinksCount, n));
        foreach (var e in span.Events)
        {
            e.Name = Values.Cut(e.Name, 512);
            CutAttributes(e.Attributes, n => e.DroppedAttributesCount = Sum(e.DroppedAttributesCount, n));
        }

        foreach (var link in span.Links)
        {
            CutAttributes(link.Attributes, n => link.DroppedAttributesCount = Sum(link.DroppedAttributesCount, n));
        }
    }

    private void Cut(LogRecord log)
    {
        Values.Cut(log.Body, limits.MaxAttributeLength * 8);
        log.EventName = Values.Cut(log.EventName, 256);
        CutAttributes(log.Attributes, n => log.DroppedAttributesCount = Sum(log.DroppedAttributesCount, n));
        // A log without a valid trace is still a log.
        log.TraceId = log.TraceId.Length == 16 ? log.TraceId : Google.Protobuf.ByteString.Empty;
        log.SpanId = log.SpanId.Length == 8 ? log.SpanId : Google.Protobuf.ByteString.Empty;
    }

    private void Shorten<T>(RepeatedField<T> list, string reason, Action<uint> dropped)
    {
        if (list.Count <= limits.MaxSpanEventCount)
        {
            return;
        }

        var over = list.Count - limits.MaxSpanEventCount;
        while (list.Count > limits.MaxSpanEventCount)
        {
            list.RemoveAt(list.Count - 1);
        }

        dropped((uint)over);
        CutOut("attributes", reason, over);
    }

    public RepeatedField<T> Checked<T>(Resource? resource, RepeatedField<T> scopes)
    {
        if (resource is not null)
        {
            CutAttributes(resource.Attributes, n => resource.DroppedAttributesCount = Sum(resource.DroppedAttributesCount, n));
        }

        return scopes;
    }

    /// <summary>A sender may claim four milliards of dropped attributes.</summary>
    private static uint Sum(uint claimed, uint ours) => (uint)Math.Min(uint.MaxValue, (ulong)claimed + ours);
}
