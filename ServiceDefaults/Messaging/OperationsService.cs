using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Intervision.Operations.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Microsoft.AspNetCore.Authorization;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>What every service answers about itself to the platform team.</summary>
[Authorize]
internal sealed class OperationsService(Db db, EventHandlers handlers, Redrive redrive) : Operations.V1.OperationsService.OperationsServiceBase
{
    [CalledBy(Roles.Coordinator, Roles.FinanceOfficer, Roles.Auditor, Roles.Service)]
    public override async Task<GetMessagingStatusResponse> GetMessagingStatus(GetMessagingStatusRequest request, ServerCallContext context)
    {
        var call = context.Call();
        var queues = handlers.Sources.Select(s => s.Queue).Order(StringComparer.Ordinal).ToArray();
        // One statement, one snapshot: the figures belong together.
        var rows = await db.Read(
            tx => tx.Query<StatusRow>(
                """
                select queue,
                       (select coalesce(sum(last_no), 0)::bigint from stream_head) as appended,
                       (select count(*) from outbox) as outbox_rows,
                       (select clock_timestamp() - min(append_time) from outbox) as oldest_age,
                       (select count(*) from outbox_parked) as outbox_parked,
                       (select coalesce(sum(last_no), 0)::bigint from inbox_watermark where consumer = queue) as applied,
                       (select count(*) from inbox_parked where consumer = queue) as parked
                from unnest(@queues || array['']) as queue order by queue
                """,
                new { queues }),
            call.Cancellation);
        var own = rows[0];
        return new GetMessagingStatusResponse
        {
            AppendedEvents = own.Appended,
            OutboxRows = own.OutboxRows,
            OldestOutboxAge = own.OldestAge is { } age ? Duration.FromTimeSpan(age) : null,
            OutboxParkedRows = own.OutboxParked,
            Inboxes =
            {
                rows.Skip(1).Select(r => new GetMessagingStatusResponse.Types.Inbox
                {
                    Queue = r.Queue,
                    AppliedEvents = r.Applied,
                    ParkedEvents = r.Parked,
                }),
            },
        };
    }

    [CalledBy(Roles.Coordinator, Roles.Service)]
    public override async Task<RedriveParkedResponse> RedriveParked(RedriveParkedRequest request, ServerCallContext context)
    {
        var call = context.Call();
        if (request.Queue.Length > 0 && handlers.Sources.All(s => s.Queue != request.Queue))
        {
            throw RuleBroken.Invalid("queue", "QUEUE_UNKNOWN", $"Ce service ne lit pas la file « {request.Queue} ».");
        }

        return await db.Once(call, request.RequestId, request, tx => redrive.Run(tx, request.Queue, call.Cancellation));
    }

    private sealed class StatusRow
    {
        public string Queue { get; init; } = "";

        public long Appended { get; init; }

        public long OutboxRows { get; init; }

        public TimeSpan? OldestAge { get; init; }

        public long OutboxParked { get; init; }

        public long Applied { get; init; }

        public long Parked { get; init; }
    }
}
