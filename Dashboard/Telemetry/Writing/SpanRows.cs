using System.Buffers.Binary;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Intervision.Dashboard.Telemetry.Writing;

internal sealed class SpanRows(SqliteConnection connection, Names names, TraceRows traces, Words words, LeftOut leftOut, TelemetryOptions limits) : IDisposable
{
    private const ulong Day = 86_400_000_000_000;
    // A request sent again after a lost answer brings spans that are here already.
    private readonly Statement add = new(connection, """
        insert or ignore into span (trace, span, parent, service, resource, scope, name, kind, status, message, at, duration, shift, detail)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);
    private readonly Statement index = new(connection, "insert into span_text (rowid, words) values (?, ?)");

    /// <returns>How many rows were added.</returns>
    public int Write(ExportTraceServiceRequest request, long arrival)
    {
        var added = 0;
        foreach (var resource in request.ResourceSpans)
        {
            if (names.Resource(resource.Resource, arrival) is not { } sender)
            {
                leftOut.Add("spans", Drops.TooManyResources, resource.ScopeSpans.Sum(s => s.Spans.Count));
                continue;
            }

            foreach (var scope in resource.ScopeSpans)
            {
                var scopeId = names.Scope(scope.Scope?.Name ?? "");
                foreach (var span in scope.Spans)
                {
                    added += Write(span, sender, scopeId, arrival) ? 1 : 0;
                }
            }
        }

        return added;
    }

    public void Dispose()
    {
        add.Dispose();
        index.Dispose();
    }

    private bool Write(Span span, Sender sender, long scope, long arrival)
    {
        var trace = traces.Of(span.TraceId.Span);
        if (trace.Spans >= limits.MaxSpansPerTrace)
        {
            leftOut.Add("spans", Drops.TooManySpansInTrace);
            return false;
        }

        var (start, end) = (span.StartTimeUnixNano, span.EndTimeUnixNano);
        var duration = end > start && end - start <= Day ? (long)(end - start) : 0;
        var at = Instants.IsBelievable(start, arrival) ? (long)start : arrival - duration;
        var isRoot = span.ParentSpanId.IsEmpty || BinaryPrimitives.ReadInt64BigEndian(span.ParentSpanId.Span) == 0;
        var isError = span.Status?.Code == Status.Types.StatusCode.Error;
        var name = span.Name;
        words.Clear().Add(name).Add(span.Status?.Message).Add(span.Attributes);
        foreach (var e in span.Events)
        {
            words.Add(e.Name).Add(e.Attributes);
        }

        add.Bind(trace.Id).Bind(BinaryPrimitives.ReadInt64BigEndian(span.SpanId.Span))
            .Bind(isRoot ? null : BinaryPrimitives.ReadInt64BigEndian(span.ParentSpanId.Span))
            .Bind(sender.Service).Bind(sender.Resource).Bind(scope).Bind(name)
            .Bind((int)span.Kind is >= 0 and <= 5 ? (int)span.Kind : 0).Bind(isError ? 2 : span.Status?.Code == Status.Types.StatusCode.Ok ? 1 : 0)
            .Bind(span.Status?.Message is { Length: > 0 } message ? message : null)
            .Bind(at).Bind(duration).Bind(at - Instants.Claimed(start));
        if (add.Bind(Detail(span)).Insert() is not { } id)
        {
            return false;
        }

        index.Bind(id).Bind(words.Text()).Run();
        trace.Add(sender.Service, name, at, duration, isError, isRoot);
        return true;
    }

    /// <summary>What has no column of its own. The span is as it was afterwards: a batch that fails is written again, one by one.</summary>
    private static byte[] Detail(Span span)
    {
        var (trace, id, parent, name, state, status) = (span.TraceId, span.SpanId, span.ParentSpanId, span.Name, span.TraceState, span.Status);
        var (start, end, kind) = (span.StartTimeUnixNano, span.EndTimeUnixNano, span.Kind);
        (span.TraceId, span.SpanId, span.ParentSpanId) = (ByteString.Empty, ByteString.Empty, ByteString.Empty);
        (span.Name, span.TraceState, span.Status) = ("", "", null);
        (span.StartTimeUnixNano, span.EndTimeUnixNano, span.Kind) = (0, 0, OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Unspecified);
        var detail = span.ToByteArray();
        (span.TraceId, span.SpanId, span.ParentSpanId, span.Name, span.TraceState, span.Status) = (trace, id, parent, name, state, status);
        (span.StartTimeUnixNano, span.EndTimeUnixNano, span.Kind) = (start, end, kind);
        return detail;
    }
}
