using System.Globalization;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Agendas;

/// <summary>Who waits for a session, since when, and what stands in the way.</summary>
internal sealed class ListWaitingCases(Db db, PageTokens tokens)
{
    public async Task<ListWaitingCasesResponse> Handle(ListWaitingCasesRequest request, Call call)
    {
        var poles = PolesOf(request, call.Caller);
        var size = PageTokens.Size(request.PageSize);
        var filter = $"waiting|{call.Caller.Subject}|{request.Pole}";
        var position = (await tokens.Open(filter, request.PageToken, call.Cancellation))?.Split('|');
        var rows = await db.Read(
            tx => tx.Query<Row>(
                """
                select c.name, c.pole, c.ready_time,
                       case when p.name is null then 'UNKNOWN_POLE'
                            when r.name is null then 'UNKNOWN_PROGRAMME'
                            when p.programme <> c.programme then 'OTHER_PROGRAMME'
                            when p.state <> 'ACTIVE' then 'POLE_NOT_ACTIVE'
                            else '' end as reason
                from ready_case c left join pole p on p.name = c.pole left join programme r on r.name = c.programme
                where c.waiting and (@all or c.pole = any(@poles)) and (c.ready_time, c.name) > (@readyTime, @name)
                order by c.ready_time, c.name
                limit @limit
                """,
                new
                {
                    all = poles is null,
                    poles = poles ?? [],
                    readyTime = position is null ? DateTimeOffset.UnixEpoch : DateTimeOffset.Parse(position[0], CultureInfo.InvariantCulture),
                    name = position is null ? "" : position[1],
                    limit = size + 1,
                }),
            call.Cancellation);
        var response = new ListWaitingCasesResponse { Cases = { rows.Take(size).Select(r => r.ToProto(call.Now)) } };
        if (rows.Count > size)
        {
            response.NextPageToken = await tokens.Seal(filter, $"{rows[size - 1].ReadyTime:O}|{rows[size - 1].Name}", call.Cancellation);
        }

        return response;
    }

    /// <summary>Null: all of them.</summary>
    private static string[]? PolesOf(ListWaitingCasesRequest request, Caller caller)
    {
        if (request.Pole.Length > 0)
        {
            caller.MustOrganise(request.Pole);
            return [request.Pole];
        }

        return caller.Has(Roles.Coordinator) ? null : [.. caller.Poles];
    }

    private sealed class Row
    {
        public string Name { get; init; } = "";

        public string Pole { get; init; } = "";

        public DateTimeOffset ReadyTime { get; init; }

        public string Reason { get; init; } = "";

        public ListWaitingCasesResponse.Types.WaitingCase ToProto(DateTimeOffset now) => new()
        {
            Case = Name,
            Pole = Pole,
            ReadyTime = ReadyTime.ToProto(),
            WaitingDays = Math.Max(0, (int)(now - ReadyTime).TotalDays),
            Reason = Reason,
        };
    }
}
