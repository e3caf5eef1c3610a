using Google.Protobuf;
using Grpc.Core;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Intervision.Dashboard.Otlp;

internal sealed class TraceGrpc(Intake intake) : TraceService.TraceServiceBase
{
    public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context) =>
        Task.FromResult(intake.Take(request) ?? throw Overload.Status(context));
}

internal sealed class LogsGrpc(Intake intake) : LogsService.LogsServiceBase
{
    public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context) =>
        Task.FromResult(intake.Take(request) ?? throw Overload.Status(context));
}

internal sealed class MetricsGrpc(Intake intake) : MetricsService.MetricsServiceBase
{
    public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context) =>
        Task.FromResult(intake.Take(request) ?? throw Overload.Status(context));
}

/// <summary>The queue is full: RESOURCE_EXHAUSTED with a RetryInfo, which tells an exporter that it may try again.</summary>
internal static class Overload
{
    public const string RetrySeconds = "1";
    public const string Message = "telemetry queue is full";
    private static readonly byte[] Details = Encode();

    public static RpcException Status(ServerCallContext context)
    {
        context.ResponseTrailers.Add("grpc-status-details-bin", Details);
        return new RpcException(new Status(StatusCode.ResourceExhausted, Message));
    }

    /// <summary>google.rpc.Status { code = 8, details = [Any { RetryInfo { retry_delay { seconds = 1 } } }] }, which is never anything else.</summary>
    private static byte[] Encode()
    {
        var retry = Field(1, Varint(1, 1));
        var any = (byte[])[.. Field(1, System.Text.Encoding.ASCII.GetBytes("type.googleapis.com/google.rpc.RetryInfo")), .. Field(2, retry)];
        return [.. Varint(1, 8), .. Field(3, any)];
    }

    private static byte[] Varint(int number, int value) => [(byte)(number << 3), (byte)value];

    private static byte[] Field(int number, byte[] bytes) => [(byte)((number << 3) | 2), (byte)bytes.Length, .. bytes];
}
