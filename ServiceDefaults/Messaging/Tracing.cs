using System.Diagnostics;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Spans of what travels: both the relay's and the consumer's are children of the <c>traceparent</c> stored with the event,
/// so that a call and all that follows from it are one picture (DESIGN §7.26).
/// </summary>
internal static class Tracing
{
    public const string SourceName = "Intervision.Messaging";
    private static readonly ActivitySource Source = new(SourceName);

    public static Activity? StartRelay(OutboxRow row) =>
        Start($"{row.EventType} publish", ActivityKind.Producer, row.Traceparent, row.EventId, row.StreamNo);

    public static Activity? StartConsumer(CloudEvent e) =>
        Start($"{e.Type} process", ActivityKind.Consumer, e.Traceparent, e.EventId, e.StreamNo);

    private static Activity? Start(string name, ActivityKind kind, string? parent, Guid eventId, long streamNo)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var activity = ActivityContext.TryParse(parent, traceState: null, isRemote: true, out var context)
            ? Source.StartActivity(name, kind, context)
            : Source.StartActivity(name, kind);
        activity?.SetTag("messaging.system", "rabbitmq");
        activity?.SetTag("messaging.message.id", eventId.ToString());
        activity?.SetTag("intervision.stream_no", streamNo);
        return activity;
    }
}
