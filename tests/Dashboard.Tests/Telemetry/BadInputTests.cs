using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Dashboard.Otlp;
using Intervision.Dashboard.Telemetry;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;
using Status = OpenTelemetry.Proto.Trace.V1.Status;
using static Intervision.Dashboard.Tests.Telemetry.Sent;

namespace Intervision.Dashboard.Tests.Telemetry;

public sealed class BadInputTests
{
    private const string Protobuf = "application/x-protobuf";

    [Fact]
    public async Task Without_the_key_nothing_is_read()
    {
        await using var receiving = await Receiving.Start();
        var request = Spans("intake", Span(1, 1, null, "call", Now));
        var client = new TraceService.TraceServiceClient(receiving.Channel);
        foreach (var headers in new[] { new Metadata(), new Metadata { { ApiKey.Header, "wrong" } } })
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.ExportAsync(request, headers));
            Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        }

        using var bare = new HttpClient { BaseAddress = receiving.Http.BaseAddress };
        using var content = new ByteArrayContent(request.ToByteArray());
        Assert.Equal(HttpStatusCode.Unauthorized, (await bare.PostAsync(new Uri("/v1/traces", UriKind.Relative), content)).StatusCode);

        await client.ExportAsync(request, receiving.Headers);
        await receiving.Written();
        Assert.Single((await receiving.Store.Traces(new TraceQuery(), default)).Items);
        Assert.Contains(new DroppedCount("requests", "UNAUTHENTICATED", 3), (await receiving.Store.Usage(default)).Dropped);
    }

    [Fact]
    public async Task Random_and_spoilt_requests_are_refused_or_taken_and_nothing_breaks()
    {
        await using var receiving = await Receiving.Start();
        var whole = Spans("intake", Span(1, 1, null, "call", Now), Span(1, 2, 1, "child", Now)).ToByteArray();
        var signals = (string[])["traces", "logs", "metrics"];
        foreach (var bytes in Gen.Sample(ArbMap.Default.GeneratorFor<byte[]>(), 100, 150).Concat(Enumerable.Range(0, 150).Select(i => Spoilt(whole, i))))
        {
            var answer = await receiving.Post(signals[bytes.Length % 3], bytes, Protobuf);
            Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.BadRequest]);
        }

        await StillWorks(receiving);
        Assert.DoesNotContain((await receiving.Store.Usage(default)).Dropped, d => d.Reason == "STORE_FAILED");
    }

    [Fact]
    public async Task Whatever_its_fields_say_a_request_that_can_be_read_is_stored_or_refused()
    {
        await using var receiving = await Receiving.Start();
        var random = new Random(20_261_122);
        foreach (var i in Enumerable.Range(0, 200))
        {
            var wild = Wild(random);
            Assert.Equal(HttpStatusCode.OK, (await receiving.Post("traces", wild)).StatusCode);
            await receiving.Post("metrics", WildMetrics(random));
        }

        await StillWorks(receiving);
        var dropped = (await receiving.Store.Usage(default)).Dropped;
        Assert.DoesNotContain(dropped, d => d.Reason == "STORE_FAILED");
        Assert.Contains(dropped, d => d.Reason == "INVALID_ID");
        foreach (var trace in (await receiving.Store.Traces(new TraceQuery { Limit = 1000 }, default)).Items)
        {
            Assert.NotNull(await receiving.Store.Trace(trace.TraceId, default));
        }

        foreach (var instrument in await receiving.Store.Instruments(null, default))
        {
            var chart = await receiving.Store.Chart(new ChartQuery(instrument.Id, TimeProvider.System.GetUtcNow().AddHours(-2), TimeProvider.System.GetUtcNow().AddHours(1), 50, []), default);
            Assert.All(chart!.Lines.SelectMany(l => l.Points), p => Assert.True(p is null || double.IsFinite(p.Value)));
        }
    }

    [Theory]
    [InlineData("text/plain", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData(Protobuf, "br", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(Protobuf, "gzip", HttpStatusCode.BadRequest)]
    public async Task A_wrong_content_type_or_encoding_is_refused(string type, string? encoding, HttpStatusCode expected)
    {
        await using var receiving = await Receiving.Start();
        Assert.Equal(expected, (await receiving.Post("logs", Logs("intake", Log("x")).ToByteArray(), type, encoding)).StatusCode);
        await StillWorks(receiving);
    }

    [Fact]
    public async Task A_request_over_the_bound_is_refused_packed_or_not_and_by_grpc()
    {
        await using var receiving = await Receiving.Start(("MaxRequestBytes", "100000"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await receiving.Post("logs", new byte[100_001], Protobuf)).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await receiving.Post("logs", Packed(new byte[50_000_000]), Protobuf, "gzip")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await receiving.Post("logs", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1, 2, 3], Protobuf)).StatusCode);

        var client = new LogsService.LogsServiceClient(receiving.Channel);
        var large = Logs("intake", Log(new string('x', 120_000)));
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.ExportAsync(large, receiving.Headers));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        // The message is small on the wire and large when unpacked.
        var packed = receiving.Headers;
        packed.Add("grpc-internal-encoding-request", "gzip");
        refused = await Assert.ThrowsAsync<RpcException>(async () => await client.ExportAsync(large, packed));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        await StillWorks(receiving);
    }

    [Fact]
    public async Task Gzip_and_json_are_taken()
    {
        await using var receiving = await Receiving.Start();
        Assert.True((await receiving.Post("logs", Packed(Logs("intake", Log("packed")).ToByteArray()), Protobuf, "gzip")).IsSuccessStatusCode);
        var json = $$$"""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"browser"}}]},"scopeSpans":[{"scope":{"name":"js"},
            "spans":[{"traceId":"{{{TraceHex(9)}}}","spanId":"{{{SpanHex(9)}}}","name":"click","kind":3,"unknownField":[1],
            "startTimeUnixNano":"{{{Now}}}","endTimeUnixNano":"{{{Now}}}","status":{}}]}]}]}
            """;
        var answer = await receiving.Post("traces", Encoding.UTF8.GetBytes(json), "application/json; charset=utf-8");
        Assert.Equal(("application/json", HttpStatusCode.OK), (answer.Content.Headers.ContentType!.MediaType, answer.StatusCode));
        foreach (var bad in (string[])["{", "[]", "{\"resourceSpans\":3}", "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"zz\"}]}]}]}"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await receiving.Post("traces", Encoding.UTF8.GetBytes(bad), "application/json")).StatusCode);
        }

        await receiving.Written();
        Assert.Equal("click", (await receiving.Store.Trace(TraceHex(9), default))!.Spans[0].Name);
        Assert.Equal("packed", Assert.Single((await receiving.Store.Logs(new LogQuery(), default)).Items).Message);
    }

    /// <summary>Read by some of the parsers' parts and refused by others: told as any garbage is.</summary>
    [Theory]
    [InlineData("""{"resourceSpans":[],"resourceSpans":[]}""")]
    [InlineData("""{"resourceSpans":[{"resource":{"attributes":[{"key":"a","key":"a"}]}}]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"\ud800"}]}]}]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"\ud800"}]}]}]}""")]
    [InlineData("""{"\ud800":1}""")]
    public async Task Json_that_is_garbage_in_its_own_way_is_refused_and_counted(string json)
    {
        await using var receiving = await Receiving.Start();
        Assert.Equal(HttpStatusCode.BadRequest, (await receiving.Post("traces", Encoding.ASCII.GetBytes(json), "application/json")).StatusCode);
        Assert.Contains(new DroppedCount("requests", "UNREADABLE", 1), (await receiving.Store.Usage(default)).Dropped);
        await StillWorks(receiving);
    }

    [Fact]
    public async Task Json_is_bounded_unpacked_as_plain()
    {
        await using var receiving = await Receiving.Start(("MaxRequestBytes", "100000"));
        var json = Encoding.ASCII.GetBytes($$"""{"resourceSpans":[{{string.Join(',', Enumerable.Repeat("{}", 40_000))}}]}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await receiving.Post("traces", Packed(json), "application/json", "gzip")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await receiving.Post("traces", Packed([.. json[..18], .. "]}"u8]), "application/json", "gzip")).StatusCode);
        Assert.Contains(new DroppedCount("requests", "TOO_LARGE", 1), (await receiving.Store.Usage(default)).Dropped);
    }

    [Fact]
    public async Task Ten_thousand_attributes_are_cut_and_the_sender_is_told()
    {
        await using var receiving = await Receiving.Start(("MaxAttributeLength", "100"));
        var span = Span(1, 1, null, new string('n', 5000), Now);
        span.Attributes.Add(Enumerable.Range(0, 10_000).Select(i => Tag($"key{i}", new string('v', 200))));
        span.Events.Add(Enumerable.Range(0, 1000).Select(i => new Span.Types.Event { Name = $"e{i}" }));
        var answer = ExportTraceServiceResponse.Parser.ParseFrom(await (await receiving.Post("traces", Spans("intake", span))).Content.ReadAsByteArrayAsync());
        Assert.Equal(0, answer.PartialSuccess.RejectedSpans);
        Assert.Equal("TOO_MANY_ATTRIBUTES: 9872, TOO_MANY_EVENTS: 872", answer.PartialSuccess.ErrorMessage);

        await receiving.Written();
        var stored = (await receiving.Store.Trace(TraceHex(1), default))!.Spans[0];
        Assert.Equal((128, 128, 9872 + 872, 512), (stored.Tags.Count, stored.Events.Count, stored.DroppedTags, stored.Name.Length));
        Assert.Equal($"{new string('v', 99)}…", stored.Tags[0].Value);
    }

    [Fact]
    public async Task Invalid_ids_and_numbers_that_are_none_are_rejected_one_by_one()
    {
        await using var receiving = await Receiving.Start();
        var now = Now;
        var (zero, shorter) = (Span(1, 1, null, "zero", now), Span(1, 2, null, "short", now));
        (zero.TraceId, shorter.SpanId) = (ByteString.CopyFrom(new byte[16]), ByteString.CopyFrom(1, 2));
        var client = new TraceService.TraceServiceClient(receiving.Channel);
        var spans = await client.ExportAsync(Spans("intake", zero, shorter, Span(1, 3, null, "good", now)), receiving.Headers);
        Assert.Equal((2, "INVALID_ID: 2"), (spans.PartialSuccess.RejectedSpans, spans.PartialSuccess.ErrorMessage));

        var metrics = new MetricsService.MetricsServiceClient(receiving.Channel);
        var points = await metrics.ExportAsync(Metrics("intake", Gauge("g", double.NaN, now), Gauge("g", double.PositiveInfinity, now), Gauge("g", 3, now)), receiving.Headers);
        Assert.Equal((2, "NOT_A_NUMBER: 2"), (points.PartialSuccess.RejectedDataPoints, points.PartialSuccess.ErrorMessage));

        await receiving.Written();
        Assert.Equal("good", Assert.Single((await receiving.Store.Trace(TraceHex(1), default))!.Spans).Name);
        Assert.Equal(3, Assert.Single(await receiving.Store.Latest(["g"], default)).Value);
    }

    [Fact]
    public async Task A_sender_that_floods_is_told_to_wait_and_another_one_gets_in()
    {
        await using var receiving = await Receiving.Start(("QueueBytes", "400000"), ("MaxSpansPerTrace", "1000"));
        var flood = Spans("flooding", [.. Enumerable.Range(1, 1000).Select(i => Span(1, i, null, $"span {i}", Now))]);
        // The writer is held while the queue fills.
        var held = new TaskCompletionSource();
        var hold = receiving.Store.Hold(held.Task);
        HttpResponseMessage answer;
        var taken = 0;
        while ((answer = await receiving.Post("traces", flood)).IsSuccessStatusCode)
        {
            Assert.InRange(++taken, 1, 50);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        // A google.rpc.Status with code 8, in the form of the request.
        Assert.Equal((8, "application/x-protobuf"), ((await answer.Content.ReadAsByteArrayAsync())[1], answer.Content.Headers.ContentType!.MediaType));
        var json = $$$"""{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"flooding"}}]},"scopeLogs":[{"logRecords":[{"body":{"stringValue":"{{{new string('x', 150_000)}}}"}}]}]}]}""";
        answer = await receiving.Post("logs", Encoding.UTF8.GetBytes(json), "application/json");
        Assert.Equal("""{"code":8,"message":"telemetry queue is full"}""", await answer.Content.ReadAsStringAsync());
        var client = new TraceService.TraceServiceClient(receiving.Channel);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.ExportAsync(flood, receiving.Headers));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains(refused.Trailers, t => t.Key == "grpc-status-details-bin");
        Assert.Equal(HttpStatusCode.OK, (await receiving.Post("logs", Logs("quiet", Log("I am here too")))).StatusCode);

        held.SetResult();
        await hold;
        await receiving.Written();
        Assert.Equal("quiet", Assert.Single((await receiving.Store.Logs(new LogQuery(), default)).Items).Resource);
        Assert.Contains((await receiving.Store.Usage(default)).Dropped, d => d is { Kind: "spans", Reason: "QUEUE_FULL", Count: >= 2000 });
    }

    [Fact]
    public async Task No_more_requests_are_read_at_once_than_may_be()
    {
        await using var receiving = await Receiving.Start(("MaxRequestsAtOnce", "1"));
        var body = Logs("slow", Log("in two parts")).ToByteArray();
        using var slow = new TcpClient();
        await slow.ConnectAsync("127.0.0.1", receiving.Http.BaseAddress!.Port);
        var stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/logs HTTP/1.1\r\nHost: localhost\r\n{ApiKey.Header}: {receiving.Key}\r\nContent-Type: {Protobuf}\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n"));
        // Said when reading begins: it has its turn.
        using var reader = new StreamReader(stream, leaveOpen: true);
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync());

        var other = receiving.Post("logs", Logs("quick", Log("waits")));
        await stream.WriteAsync(body.AsMemory(0, 10));
        Assert.False(other.IsCompleted);
        await stream.WriteAsync(body.AsMemory(10));

        Assert.Equal(HttpStatusCode.OK, (await other).StatusCode);
        await receiving.Written();
        Assert.Equal(2, (await receiving.Store.Logs(new LogQuery(), default)).Items.Count);
    }

    [Fact]
    public async Task A_request_larger_than_the_queue_goes_alone()
    {
        await using var receiving = await Receiving.Start(("QueueBytes", "1000"));
        Assert.Equal(HttpStatusCode.OK, (await receiving.Post("logs", Logs("large", Log(new string('x', 5_000))))).StatusCode);
        await receiving.Written();
        await StillWorks(receiving);
    }

    private static async Task StillWorks(Receiving receiving)
    {
        Assert.Equal(HttpStatusCode.OK, (await receiving.Post("logs", Logs("afterwards", Log("still here")))).StatusCode);
        await receiving.Written();
        Assert.Equal("still here", (await receiving.Store.Logs(new LogQuery { Resource = "afterwards" }, default)).Items[0].Message);
    }

    private static byte[] Spoilt(byte[] whole, int seed)
    {
        var random = new Random(seed);
        var bytes = whole.ToArray();
        for (var i = 0; i < 1 + (seed % 5); i++)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return seed % 3 == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static ExportTraceServiceRequest Wild(Random random)
    {
        var span = new Span
        {
            TraceId = Bytes(random, random.Next(3) == 0 ? random.Next(20) : 16),
            SpanId = Bytes(random, random.Next(3) == 0 ? random.Next(12) : 8),
            ParentSpanId = Bytes(random, random.Next(2) * 8),
            Name = Text(random),
            Kind = (Span.Types.SpanKind)random.Next(-5, 10),
            StartTimeUnixNano = Time(random),
            EndTimeUnixNano = Time(random),
            Status = new Status { Code = (Status.Types.StatusCode)random.Next(-3, 6), Message = Text(random) },
            DroppedAttributesCount = uint.MaxValue,
            DroppedEventsCount = uint.MaxValue,
            Attributes = { new KeyValue { Key = Text(random), Value = Value(random, 6) }, new KeyValue() },
            Events = { new Span.Types.Event { TimeUnixNano = Time(random), Name = Text(random) } },
            Links = { new Span.Types.Link { TraceId = Bytes(random, random.Next(20)), SpanId = Bytes(random, random.Next(10)) } },
        };
        return new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { ScopeSpans = { new ScopeSpans { Spans = { span } } } } } };
    }

    private static ExportMetricsServiceRequest WildMetrics(Random random)
    {
        var histogram = new HistogramDataPoint { TimeUnixNano = Time(random), Count = (ulong)random.NextInt64(), Sum = Number(random) };
        histogram.ExplicitBounds.Add(Enumerable.Range(0, random.Next(4)).Select(_ => Number(random)));
        histogram.BucketCounts.Add(Enumerable.Range(0, random.Next(4)).Select(_ => (ulong)random.NextInt64()));
        var exponential = new ExponentialHistogramDataPoint { TimeUnixNano = Time(random), Count = (ulong)random.Next(3), Scale = random.Next(-40, 40), Positive = new() { Offset = random.Next(int.MinValue, int.MaxValue), BucketCounts = { (ulong)random.Next(3) } } };
        return Metrics(
            "wild", Gauge(Text(random), Number(random), Time(random)), new Metric { Name = "nothing" },
            new Metric { Name = "h", Histogram = new Histogram { DataPoints = { histogram } } },
            new Metric { Name = "e", ExponentialHistogram = new ExponentialHistogram { DataPoints = { exponential } } },
            new Metric { Name = "s", Summary = new Summary { DataPoints = { new SummaryDataPoint { TimeUnixNano = Time(random), Count = ulong.MaxValue, Sum = Number(random) } } } });
    }

    private static AnyValue Value(Random random, int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => new AnyValue { StringValue = Text(random) },
        1 => new AnyValue { DoubleValue = Number(random) },
        2 => new AnyValue { BytesValue = Bytes(random, random.Next(9000)) },
        3 => new AnyValue(),
        4 => new AnyValue { ArrayValue = new ArrayValue { Values = { Value(random, depth - 1), Value(random, depth - 1) } } },
        _ => new AnyValue { KvlistValue = new KeyValueList { Values = { new KeyValue { Key = "k", Value = Value(random, depth - 1) }, new KeyValue { Key = "k", Value = Value(random, depth - 1) } } } },
    };

    private static string Text(Random random) => new([.. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(8) == 0 ? '\0' : (char)random.Next(1, 0xD7FF))]);

    private static double Number(Random random) => random.Next(5) switch { 0 => double.NaN, 1 => double.NegativeInfinity, 2 => double.MaxValue, 3 => -1, _ => random.NextDouble() };

    private static ulong Time(Random random) => random.Next(4) switch { 0 => 0, 1 => ulong.MaxValue, 2 => (ulong)random.NextInt64(), _ => Now };

    private static ByteString Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
