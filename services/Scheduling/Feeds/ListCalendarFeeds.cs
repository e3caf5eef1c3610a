using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Feeds;

/// <summary>The calendars of a person or a pôle, so that what serves no more can be revoked.</summary>
internal sealed class ListCalendarFeeds(Db db, PageTokens tokens)
{
    public Task<ListCalendarFeedsResponse> Handle(ListCalendarFeedsRequest request, Call call) =>
        db.Read(
            async tx =>
            {
                await FeedOwner.MustBeOwn(tx, call.Caller, request.Professional, request.Pole);
                var filter = $"feeds|{call.Caller.Subject}|{request.Professional}|{request.Pole}";
                var size = PageTokens.Size(request.PageSize);
                var before = await tokens.Open(filter, request.PageToken, call.Cancellation);
                var rows = await tx.Query<FeedRow>(
                    """
                    select * from calendar_feed
                    where professional = @Professional and pole = @Pole and (@before::uuid is null or id < @before)
                    order by id desc limit @most
                    """,
                    new { request.Professional, request.Pole, before = before is null ? (Guid?)null : Guid.Parse(before), most = size + 1 });
                var response = new ListCalendarFeedsResponse { Feeds = { rows.Take(size).Select(r => r.ToProto()) } };
                if (rows.Count > size)
                {
                    response.NextPageToken = await tokens.Seal(filter, $"{rows[size - 1].Id}", call.Cancellation);
                }

                return response;
            },
            call.Cancellation);
}
