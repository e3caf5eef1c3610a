using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Feeds;

/// <summary>Makes a calendar to subscribe to. Its address is in the first answer and nowhere else.</summary>
internal sealed class CreateCalendarFeed(Db db)
{
    private const int Most = 10;

    public async Task<CreateCalendarFeedResponse> Handle(CreateCalendarFeedRequest request, Call call)
    {
        var token = "";
        var created = await db.Once(call, request.RequestId, request, async tx =>
        {
            await FeedOwner.MustBeOwn(tx, call.Caller, request.Professional, request.Pole);
            await MustKnow(tx, request.Pole);
            await MustHaveRoom(tx, request);
            token = FeedToken.New();
            var row = await tx.Single<FeedRow>(
                """
                insert into calendar_feed (id, professional, pole, token_hash, create_by, create_time)
                values (@id, @Professional, @Pole, @hash, @SignsAs, @Now) returning *
                """,
                new { id = Guid.CreateVersion7(call.Now), request.Professional, request.Pole, hash = FeedToken.HashOf(token), (await Actor.Of(tx, call.Caller)).SignsAs, call.Now });
            return new CreateCalendarFeedResponse { Feed = row.ToProto() };
        });
        // Not inside: what Once returns is stored, and the token is stored nowhere.
        created.Path = token.Length == 0 ? "" : FeedEndpoint.PathOf(token);
        return created;
    }

    private static async Task MustKnow(Tx tx, string pole)
    {
        if (pole.Length > 0 && !await tx.Single<bool>("select exists (select from pole where name = @pole)", new { pole }))
        {
            throw RuleBroken.NotNow("UNKNOWN_POLE", "Ce pôle n'est pas (encore) connu de l'annuaire.", "DIRECTORY", pole);
        }
    }

    /// <summary>One at a time per owner, so that eleven at once are not eleven.</summary>
    private static async Task MustHaveRoom(Tx tx, CreateCalendarFeedRequest request)
    {
        await tx.Execute("select pg_advisory_xact_lock(hashtextextended(@owner, 0))", new { owner = $"calendar_feed|{request.Professional}|{request.Pole}" });
        var live = await tx.Single<int>(
            "select count(*)::int from calendar_feed where professional = @Professional and pole = @Pole and revoke_time is null", new { request.Professional, request.Pole });
        if (live >= Most)
        {
            throw RuleBroken.NotNow("TOO_MANY_FEEDS", $"Au plus {Most} agendas à la fois : supprimez d'abord ceux qui ne servent plus.");
        }
    }
}
