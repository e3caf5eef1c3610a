using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Feeds;

/// <summary>The address answers nothing from now on.</summary>
internal sealed class RevokeCalendarFeed(Db db)
{
    public Task<RevokeCalendarFeedResponse> Handle(RevokeCalendarFeedRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var isCoordinator = call.Caller.Has(Roles.Coordinator);
            var feed = await Lock(tx, request.Name);
            if (feed is null || !(isCoordinator || await FeedOwner.IsOwn(tx, call.Caller, feed.Professional, feed.Pole)))
            {
                throw isCoordinator ? RuleBroken.NotFound(request.Name) : RuleBroken.Denied();
            }

            if (feed.RevokeTime is not null)
            {
                return new RevokeCalendarFeedResponse { Feed = feed.ToProto() };
            }

            Etag.MustNotPrecede(call.Now, feed.CreateTime, request.Name);
            var revoked = await tx.Single<FeedRow>("update calendar_feed set revoke_time = @Now where id = @Id returning *", new { call.Now, feed.Id });
            return new RevokeCalendarFeedResponse { Feed = revoked.ToProto() };
        });

    private static async Task<FeedRow?> Lock(Tx tx, string name) =>
        name.StartsWith(FeedRow.Collection, StringComparison.Ordinal) && Guid.TryParseExact(name[FeedRow.Collection.Length..], "D", out var id)
            ? await tx.SingleOrDefault<FeedRow>("select * from calendar_feed where id = @id for update", new { id })
            : null;
}
