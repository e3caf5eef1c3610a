using System.Globalization;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Reports.Replay;

/// <summary>What finance was told since a day, once more, to a queue of its own; in calls of a few thousand.</summary>
internal sealed class ReplayEvents(Db db, ServiceDefaults.Messaging.Replay replay, PageTokens pages)
{
    private const int AtOnce = 5_000;

    public async Task<ReplayEventsResponse> Handle(ReplayEventsRequest request, Call call)
    {
        var since = Read(request);
        var filter = $"replay|{call.Caller.Subject}|{request.Queue}|{request.FromDate}";
        var after = await pages.Open(filter, request.PageToken, call.Cancellation) is { } token ? Position(token) : null;
        return await db.Once(call, request.RequestId, request, async tx =>
        {
            var (count, next) = await replay.Run(tx, request.Queue, since, after, AtOnce);
            return new ReplayEventsResponse
            {
                ReplayedEvents = count,
                NextPageToken = next is { } position
                    ? await pages.Seal(filter, string.Create(CultureInfo.InvariantCulture, $"{position.Xid}|{position.Seq}"), call.Cancellation)
                    : "",
            };
        });
    }

    private DateTimeOffset Read(ReplayEventsRequest request)
    {
        var from = request.FromDate.ToDate();
        var violations = new Violations();
        violations.Check(
            replay.MayReceive(request.Queue), "queue", "QUEUE_INVALID",
            "La file doit être la vôtre : {consommateur}.indemnisation, en minuscules, et pas une file interne de la plateforme.");
        violations.Check(from is not null, "from_date", "FROM_DATE_INVALID", "Le premier jour à rejouer n'est pas une date.");
        violations.ThrowIfAny();
        return Paris.InstantOf(from!.Value, TimeOnly.MinValue);
    }

    private static PublishedPosition Position(string token)
    {
        var parts = token.Split('|');
        return new PublishedPosition(long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
