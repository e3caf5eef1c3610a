using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Intervision.Dashboard.Otlp;

/// <summary>OTLP over HTTP: protobuf or JSON, plain or gzip, answered in the form it came in.</summary>
internal static class HttpEndpoints
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    public static void MapOtlpHttp(this IEndpointRouteBuilder routes, Intake intake, TelemetryOptions limits, Drops drops)
    {
        routes.MapPost("/v1/traces", context => Export(context, limits, drops, ExportTraceServiceRequest.Parser, intake.Take));
        routes.MapPost("/v1/logs", context => Export(context, limits, drops, ExportLogsServiceRequest.Parser, intake.Take));
        routes.MapPost("/v1/metrics", context => Export(context, limits, drops, ExportMetricsServiceRequest.Parser, intake.Take));
    }

    private static async Task Export<TRequest>(
        HttpContext context, TelemetryOptions limits, Drops drops, MessageParser<TRequest> parser, Func<TRequest, IMessage?> take) where TRequest : IMessage<TRequest>
    {
        var isJson = IsType(context, Json);
        if (!isJson && !IsType(context, Protobuf))
        {
            await Refuse(context, StatusCodes.Status415UnsupportedMediaType, isJson);
            return;
        }

        TRequest request;
        try
        {
            var body = await Body(context, limits, isJson);
            request = isJson ? await OtlpJson.Parse<TRequest>(body, context.RequestAborted) : parser.WithDiscardUnknownFields(true).ParseFrom(body.Span);
        }
        catch (Exception problem) when (problem is InvalidProtocolBufferException or InvalidJsonException or InvalidDataException or System.Text.Json.JsonException or BadHttpRequestException or FormatException)
        {
            var status = problem is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status400BadRequest;
            drops.Add("requests", status == StatusCodes.Status413PayloadTooLarge ? Drops.TooLarge : Drops.Unreadable);
            await Refuse(context, status, isJson);
            return;
        }

        if (take(request) is { } answer)
        {
            await Answer(context, StatusCodes.Status200OK, answer, isJson);
            return;
        }

        context.Response.Headers.RetryAfter = Overload.RetrySeconds;
        await Refuse(context, StatusCodes.Status429TooManyRequests, isJson);
    }

    /// <summary>google.rpc.Status { code, message }: what the protocol wants of a refusal.</summary>
    private static Task Refuse(HttpContext context, int status, bool isJson)
    {
        var (code, message) = status switch
        {
            StatusCodes.Status413PayloadTooLarge => (StatusCode.InvalidArgument, "request is too large"),
            StatusCodes.Status415UnsupportedMediaType => (StatusCode.InvalidArgument, "content type or encoding is not supported"),
            StatusCodes.Status429TooManyRequests => (StatusCode.ResourceExhausted, Overload.Message),
            _ => (StatusCode.InvalidArgument, "request cannot be read"),
        };
        return isJson
            ? Write(context, status, Json, System.Text.Encoding.UTF8.GetBytes($$"""{"code":{{(int)code}},"message":"{{message}}"}"""))
            : Write(context, status, Protobuf, [8, (byte)code, 18, (byte)message.Length, .. System.Text.Encoding.ASCII.GetBytes(message)]);
    }

    private static async Task<ReadOnlyMemory<byte>> Body(HttpContext context, TelemetryOptions limits, bool isJson)
    {
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length > 0 && !encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadHttpRequestException("content-encoding", StatusCodes.Status415UnsupportedMediaType);
        }

        var isGzip = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase);
        var most = isGzip && !isJson ? limits.MaxRequestBytes * 4 : limits.MaxRequestBytes;
        await using var plain = isGzip ? new GZipStream(context.Request.Body, CompressionMode.Decompress, leaveOpen: true) : context.Request.Body;
        using var whole = new MemoryStream();
        var piece = new byte[16_384];
        int read;
        while ((read = await plain.ReadAsync(piece, context.RequestAborted)) > 0)
        {
            // Ten bytes may unpack into ten thousand: counted as they come out.
            if (whole.Length + read > most)
            {
                throw new BadHttpRequestException("too large", StatusCodes.Status413PayloadTooLarge);
            }

            whole.Write(piece, 0, read);
        }

        return whole.GetBuffer().AsMemory(0, (int)whole.Length);
    }

    private static Task Answer(HttpContext context, int status, IMessage answer, bool isJson) => isJson
        ? Write(context, status, Json, System.Text.Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(answer)))
        : Write(context, status, Protobuf, answer.ToByteArray());

    private static Task Write(HttpContext context, int status, string type, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    private static bool IsType(HttpContext context, string type) =>
        MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var given) && given.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase);
}
