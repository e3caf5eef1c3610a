using Google.Protobuf;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Telemetry.Writing;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Intervision.Dashboard.Otlp;

/// <summary>From a request to the store, whatever it came by. Null: the queue is full, to be sent again later.</summary>
internal sealed class Intake(TelemetryStore store)
{
    public ExportTraceServiceResponse? Take(ExportTraceServiceRequest request)
    {
        var size = request.CalculateSize();
        var admission = new Admission(store.Options, store.Drops);
        admission.Admit(request.ResourceSpans);
        return !IsTaken(request, request.ResourceSpans.Select(r => r.Resource), "spans", admission, size) ? null
            : admission.Message.Length == 0 ? new ExportTraceServiceResponse()
            : new ExportTraceServiceResponse { PartialSuccess = new() { RejectedSpans = admission.Rejected, ErrorMessage = admission.Message } };
    }

    public ExportLogsServiceResponse? Take(ExportLogsServiceRequest request)
    {
        var size = request.CalculateSize();
        var admission = new Admission(store.Options, store.Drops);
        admission.Admit(request.ResourceLogs);
        return !IsTaken(request, request.ResourceLogs.Select(r => r.Resource), "logs", admission, size) ? null
            : admission.Message.Length == 0 ? new ExportLogsServiceResponse()
            : new ExportLogsServiceResponse { PartialSuccess = new() { RejectedLogRecords = admission.Rejected, ErrorMessage = admission.Message } };
    }

    public ExportMetricsServiceResponse? Take(ExportMetricsServiceRequest request)
    {
        var size = request.CalculateSize();
        var admission = new Admission(store.Options, store.Drops);
        admission.Admit(request.ResourceMetrics);
        return !IsTaken(request, request.ResourceMetrics.Select(r => r.Resource), "points", admission, size) ? null
            : admission.Message.Length == 0 ? new ExportMetricsServiceResponse()
            : new ExportMetricsServiceResponse { PartialSuccess = new() { RejectedDataPoints = admission.Rejected, ErrorMessage = admission.Message } };
    }

    private bool IsTaken(IMessage request, IEnumerable<OpenTelemetry.Proto.Resource.V1.Resource?> resources, string kind, Admission admission, int size)
    {
        var sender = Names.Name(resources.FirstOrDefault());
        var isTaken = admission.Accepted == 0 || store.TryAdd(request, sender, kind, admission.Accepted, size);
        if (isTaken)
        {
            admission.Settle(sender, kind);
        }

        return isTaken;
    }
}
