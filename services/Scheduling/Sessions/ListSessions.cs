using System.Globalization;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>Sessions by start. People of a pôle see theirs, an invited person those of the invitations; a filter never shows more.</summary>
internal sealed class ListSessions(Db db, PageTokens tokens)
{
    public async Task<ListSessionsResponse> Handle(ListSessionsRequest request, Call call)
    {
        var broken = new Violations();
        broken.Check(request.FromDate is null || request.FromDate.ToDate() is not null, "from_date", "DATE_INVALID", "Cette date n'existe pas.");
        broken.Check(request.ToDate is null || request.ToDate.ToDate() is not null, "to_date", "DATE_INVALID", "Cette date n'existe pas.");
        broken.ThrowIfAny();
        var size = PageTokens.Size(request.PageSize);
        var filter = $"sessions|{call.Caller.Subject}|{request.Pole}|{request.FromDate.ToDate():o}|{request.ToDate.ToDate():o}|{string.Join(',', request.States)}";
        var after = Position.Parse(await tokens.Open(filter, request.PageToken, call.Cancellation));
        return await db.Read(
            async tx =>
            {
                var actor = await Actor.Of(tx, call.Caller);
                var found = await Page(tx, request, actor, after, size + 1);
                var page = await MeetingStore.WithParts(tx, [.. found.Take(size)]);
                var response = new ListSessionsResponse { Sessions = { page.Select(m => SessionView.WithTexts(m, actor)) } };
                if (found.Count > size)
                {
                    response.NextPageToken = await tokens.Seal(filter, Position.Of(page[^1]), call.Cancellation);
                }

                return response;
            },
            call.Cancellation);
    }

    private static async Task<IReadOnlyList<Meeting>> Page(Tx tx, ListSessionsRequest request, Actor actor, Position after, int size)
    {
        var rows = await tx.Query<MeetingRow>(
            """
            select s.* from session s
            where (@all or s.pole = any(@poles) or s.facilitator = any(@names)
                   or exists (select from invitation i where i.session_id = s.id and i.professional = any(@names)))
              and (@Pole = '' or s.pole = @Pole)
              and (@from::date is null or s.date >= @from) and (@to::date is null or s.date <= @to)
              and (cardinality(@states) = 0 or s.state = any(@states))
              and (s.start_instant, s.id) > (@Start, @Id)
            order by s.start_instant, s.id
            limit @size
            """,
            new
            {
                all = actor.Caller.HasAny(Roles.Coordinator, Roles.Auditor, Roles.Service),
                poles = actor.Caller.HasAny(Roles.Referent, Roles.HostCoordinator) ? actor.Caller.Poles.ToArray() : [],
                names = actor.Names.ToArray(),
                request.Pole,
                from = request.FromDate.ToDate(),
                to = request.ToDate.ToDate(),
                states = request.States.Select(s => s.Code()).ToArray(),
                after.Start,
                after.Id,
                size,
            });
        return [.. rows.Select(r => r.ToMeeting())];
    }

    /// <summary>Keyset: (start, id).</summary>
    private sealed record Position(DateTimeOffset Start, Guid Id)
    {
        public static Position Parse(string? text) =>
            text?.Split('|') is [var start, var id]
                ? new Position(DateTimeOffset.Parse(start, CultureInfo.InvariantCulture), Guid.Parse(id))
                : new Position(DateTimeOffset.UnixEpoch, Guid.Empty);

        public static string Of(Meeting last) => $"{last.Start:O}|{last.Id}";
    }
}
