using System.Globalization;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Intervision.Dashboard.Tests.Telemetry;

/// <summary>What a service would send.</summary>
internal static class Sent
{
    public static ulong Now => Nano(TimeProvider.System.GetUtcNow());

    public static ulong Nano(DateTimeOffset time) => (ulong)((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100);

    public static KeyValue Tag(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    public static Resource From(string service, string instance = "i1") => new() { Attributes = { Tag("service.name", service), Tag("service.instance.id", instance) } };

    /// <param name="trace">A small number, the last digits of the id.</param>
    public static ByteString TraceId(int trace) => ByteString.CopyFrom(Convert.FromHexString(TraceHex(trace)));

    public static string TraceHex(int trace) => $"a{trace.ToString("x31", CultureInfo.InvariantCulture)}";

    public static ByteString SpanId(int span) => ByteString.CopyFrom(Convert.FromHexString(SpanHex(span)));

    public static string SpanHex(int span) => $"b{span.ToString("x15", CultureInfo.InvariantCulture)}";

    /// <param name="start">Milliseconds from <paramref name="origin"/>.</param>
    public static Span Span(int trace, int span, int? parent, string name, ulong origin, int start = 0, int length = 10) => new()
    {
        TraceId = TraceId(trace),
        SpanId = SpanId(span),
        ParentSpanId = parent is { } p ? SpanId(p) : ByteString.Empty,
        Name = name,
        Kind = OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Server,
        StartTimeUnixNano = (ulong)((long)origin + (start * 1_000_000L)),
        EndTimeUnixNano = (ulong)((long)origin + ((start + length) * 1_000_000L)),
    };

    public static ExportTraceServiceRequest Spans(string service, params Span[] spans) =>
        new() { ResourceSpans = { new ResourceSpans { Resource = From(service), ScopeSpans = { new ScopeSpans { Scope = new() { Name = "tests" }, Spans = { spans } } } } } };

    public static LogRecord Log(string message, int severity = 9, params KeyValue[] attributes) => new()
    {
        TimeUnixNano = Now,
        SeverityNumber = severity,
        Body = new AnyValue { StringValue = message },
        Attributes = { attributes },
    };

    public static ExportLogsServiceRequest Logs(string service, params LogRecord[] logs) =>
        new() { ResourceLogs = { new ResourceLogs { Resource = From(service), ScopeLogs = { new ScopeLogs { Scope = new() { Name = "Tests.Category" }, LogRecords = { logs } } } } } };

    public static ExportMetricsServiceRequest Metrics(string service, params Metric[] metrics) =>
        new() { ResourceMetrics = { new ResourceMetrics { Resource = From(service), ScopeMetrics = { new ScopeMetrics { Scope = new() { Name = "Tests.Meter" }, Metrics = { metrics } } } } } };

    public static Metric Gauge(string name, double value, ulong at, params KeyValue[] dimensions) => new()
    {
        Name = name,
        Unit = "s",
        Gauge = new Gauge { DataPoints = { new NumberDataPoint { AsDouble = value, TimeUnixNano = at, Attributes = { dimensions } } } },
    };

    public static Metric Counter(string name, long value, ulong at, params KeyValue[] dimensions) => new()
    {
        Name = name,
        Unit = "{call}",
        Sum = new Sum
        {
            IsMonotonic = true,
            AggregationTemporality = AggregationTemporality.Cumulative,
            DataPoints = { new NumberDataPoint { AsInt = value, TimeUnixNano = at, Attributes = { dimensions } } },
        },
    };
}
