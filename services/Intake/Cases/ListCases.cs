using System.Globalization;
using Intervision.Intake.Triage;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Cases;

/// <summary>A work list: the cases the caller may see, oldest first.</summary>
internal sealed class ListCases(Db db, PageTokens tokens, Idleness idleness)
{
    public async Task<ListCasesResponse> Handle(ListCasesRequest request, Call call)
    {
        var size = PageTokens.Size(request.PageSize);
        var filter = $"{call.Caller.Subject}|{request.Pole}|{string.Join(',', request.States.Select(s => (int)s))}|{request.IdleOnly}";
        var after = Position.Parse(await tokens.Open(filter, request.PageToken, call.Cancellation));
        var found = await db.Read(tx => tx.Query<Case>(Sql, Parameters(request, call, after, size + 1)), call.Cancellation);
        var response = new ListCasesResponse();
        response.Cases.Add(found.Take(size).Select(c => idleness.Tell(c.View(call.Caller), c, call.Now)));
        if (found.Count > size)
        {
            response.NextPageToken = await tokens.Seal(filter, Position.Of(found[size - 1]).ToString(), call.Cancellation);
        }

        return response;
    }

    private const string Sql =
        $"""
        select {CaseStore.Columns} {CaseStore.From}
        where {CaseVisibility.Sql}
          and (@Pole = '' or c.pole = @Pole)
          and (cardinality(@states) = 0 or c.state = any (@states))
          and (not @IdleOnly or {Idleness.Sql})
          and (c.submit_time, c.id) > (@Time, @Id)
        order by c.submit_time, c.id
        limit @limit
        """;

    private object Parameters(ListCasesRequest request, Call call, Position after, int limit)
    {
        var (idleStates, idleBefore, urgentBefore) = idleness.AsOf(call.Now);
        var parameters = CaseVisibility.Parameters(call.Caller);
        parameters.AddDynamicParams(new
        {
            request.Pole,
            states = request.States.Select(s => s.ToString()).ToArray(),
            after.Time,
            after.Id,
            limit,
            request.IdleOnly,
            idleStates,
            idleBefore,
            urgentBefore,
        });
        return parameters;
    }

    /// <summary>Keyset of a page; PostgreSQL keeps microseconds, which ticks hold exactly.</summary>
    private sealed record Position(DateTimeOffset Time, Guid Id)
    {
        public static Position Of(Case last) => new(last.SubmitTime, last.Id);

        public static Position Parse(string? text) => text?.Split('/') is [var ticks, var id]
            ? new(new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero), Guid.Parse(id))
            : new(DateTimeOffset.UnixEpoch, Guid.Empty);

        public override string ToString() => $"{Time.UtcTicks}/{Id}";
    }
}
