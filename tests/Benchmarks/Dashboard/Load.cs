using System.Buffers.Binary;
using Google.Protobuf;
using Intervision.Dashboard.Telemetry;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Intervision.Benchmarks.Dashboard;

/// <summary>Telemetry as a busy suite would send it: traces of eight spans over four services.</summary>
internal static class Load
{
    private const int SpansPerRequest = 512;
    private const int SpansPerTrace = 8;
    private static readonly string[] Services = ["membership", "intake", "scheduling", "indemnisation"];
    private static long traces;

    /// <summary>Requests ready to send.</summary>
    public static List<byte[]> Spans(int requests) => [.. Enumerable.Range(0, requests).Select(i => Spans(Services[i % 4]).ToByteArray())];

    public static async Task Fill(TelemetryStore store, int logs, int points)
    {
        for (var i = 0; i < logs / 500; i++)
        {
            await Put(store, Logs(Services[i % 4], 500, i * 500), "logs", 500);
        }

        // A thousand series, each second something else.
        var start = Now() - ((ulong)(points / 1000) * 1_000_000_000);
        for (var i = 0; i < points / 1000; i++)
        {
            await Put(store, Points(Services[i % 4], 1000, start + ((ulong)i * 1_000_000_000), i), "points", 1000);
        }

        await store.Written();
    }

    /// <summary>What the first page shows: every figure of it, as the four services tell them.</summary>
    public static async Task Figures(TelemetryStore store)
    {
        foreach (var (service, name, series) in (IEnumerable<(string, string, int)>)
            [("scheduling", "intervision.scheduling.waiting.age", 1), ("scheduling", "intervision.scheduling.waiting.cases", 1), ("scheduling", "intervision.scheduling.sessions.upcoming", 1),
             ("intake", "intervision.queue.messages", 9), ("intake", "intervision.outbox.parked_rows", 1), ("indemnisation", "intervision.indemnisation.envelope.consumed", 2)])
        {
            await Put(store, Metrics(service, new Metric { Name = name, Gauge = new Gauge { DataPoints = { Values(series) } } }), "points", series);
        }

        foreach (var service in Services)
        {
            var calls = Enumerable.Range(0, 60).Select(i => new HistogramDataPoint
            {
                TimeUnixNano = Now(), Count = 10, Sum = 1, ExplicitBounds = { 0.1 }, BucketCounts = { 9, 1 },
                Attributes = { Tag("rpc.method", $"Method{i % 30}"), Tag("rpc.grpc.status_code", i < 30 ? "0" : "9") },
            });
            var histogram = new Histogram { AggregationTemporality = AggregationTemporality.Cumulative, DataPoints = { calls } };
            await Put(store, Metrics(service, new Metric { Name = "rpc.server.call.duration", Unit = "s", Histogram = histogram }), "points", 60);
        }

        await store.Written();
    }

    private static IEnumerable<NumberDataPoint> Values(int series) =>
        Enumerable.Range(0, series).Select(i => new NumberDataPoint { AsDouble = 0.5, TimeUnixNano = Now(), Attributes = { Number("queue", i) } });

    private static ExportMetricsServiceRequest Metrics(string service, Metric metric) => new()
    {
        ResourceMetrics = { new ResourceMetrics { Resource = From(service), ScopeMetrics = { new ScopeMetrics { Scope = new InstrumentationScope { Name = "Intervision" }, Metrics = { metric } } } } },
    };

    private static async Task Put(TelemetryStore store, IMessage request, string kind, int records)
    {
        while (!store.TryAdd(request, "load", kind, records, request.CalculateSize()))
        {
            await Task.Delay(20);
        }
    }

    private static ExportTraceServiceRequest Spans(string service)
    {
        var scope = new ScopeSpans { Scope = new InstrumentationScope { Name = "Microsoft.AspNetCore" } };
        for (var i = 0; i < SpansPerRequest; i++)
        {
            var now = Now();
            var trace = i % SpansPerTrace == 0 ? ++traces : traces;
            scope.Spans.Add(new Span
            {
                TraceId = Id(16, trace),
                SpanId = Id(8, (trace * SpansPerTrace) + (i % SpansPerTrace)),
                ParentSpanId = i % SpansPerTrace == 0 ? ByteString.Empty : Id(8, trace * SpansPerTrace),
                Name = "intervision.intake.v1.IntakeService/SubmitCase",
                Kind = Span.Types.SpanKind.Server,
                StartTimeUnixNano = now,
                EndTimeUnixNano = now + 5_000_000,
                Attributes =
                {
                    Tag("rpc.system", "grpc"), Tag("rpc.service", "intervision.intake.v1.IntakeService"), Tag("rpc.method", "SubmitCase"), Number("rpc.grpc.status_code", 0),
                    Tag("server.address", "localhost"), Number("server.port", 5102), Tag("http.request.method", "POST"), Tag("url.scheme", "http"),
                    Tag("network.protocol.version", "2"), Number("http.response.status_code", 200),
                },
            });
        }

        return new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { Resource = From(service), ScopeSpans = { scope } } } };
    }

    private static ExportLogsServiceRequest Logs(string service, int count, int first)
    {
        var scope = new ScopeLogs { Scope = new InstrumentationScope { Name = "Intervision.ServiceDefaults.Messaging.Relay" } };
        scope.LogRecords.Add(Enumerable.Range(first, count).Select(i => new LogRecord
        {
            TimeUnixNano = Now(),
            SeverityNumber = i % 100 == 0 ? 17 : 9,
            Body = new AnyValue { StringValue = $"Event {i} of session {i % 500} was published after {i % 7} attempts" },
            Attributes = { Number("EventId", i), Number("Attempts", i % 7), Tag("{OriginalFormat}", "Event {EventId} of session {Session} was published after {Attempts} attempts") },
            TraceId = Id(16, 1 + (i % 10_000)),
            SpanId = Id(8, i),
        }));
        return new ExportLogsServiceRequest { ResourceLogs = { new ResourceLogs { Resource = From(service), ScopeLogs = { scope } } } };
    }

    private static ExportMetricsServiceRequest Points(string service, int series, ulong at, int value)
    {
        var scope = new ScopeMetrics { Scope = new InstrumentationScope { Name = "Intervision.Messaging" } };
        foreach (var name in Enumerable.Range(0, series / 50).Select(i => i == 0 ? "intervision.outbox.age" : $"intervision.measure.{i}"))
        {
            var gauge = new Gauge();
            gauge.DataPoints.Add(Enumerable.Range(0, 50).Select(i => new NumberDataPoint { AsDouble = value + i, TimeUnixNano = at, Attributes = { Number("partition", i) } }));
            scope.Metrics.Add(new Metric { Name = name, Unit = "s", Gauge = gauge });
        }

        return new ExportMetricsServiceRequest { ResourceMetrics = { new ResourceMetrics { Resource = From(service), ScopeMetrics = { scope } } } };
    }

    private static Resource From(string service) => new() { Attributes = { Tag("service.name", service), Tag("service.instance.id", "a") } };

    private static KeyValue Tag(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    private static KeyValue Number(string key, long value) => new() { Key = key, Value = new AnyValue { IntValue = value } };

    /// <summary>Spread as random ids are, so that the index works as it does in life.</summary>
    private static ByteString Id(int length, long number)
    {
        var bytes = new byte[length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, unchecked(number * 0x5E3779B97F4A7C15));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(length - 8), unchecked((number + 1) * 0x5E3779B97F4A7C15));
        return ByteString.CopyFrom(bytes);
    }

    private static ulong Now() => (ulong)((TimeProvider.System.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100);
}
