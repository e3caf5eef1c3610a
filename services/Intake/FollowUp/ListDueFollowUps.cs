using System.Globalization;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.FollowUp;

/// <summary>What is due after a discussion and not done, the oldest first: nothing is forgotten unseen.</summary>
internal sealed class ListDueFollowUps(Db db, PageTokens tokens)
{
    public async Task<ListDueFollowUpsResponse> Handle(ListDueFollowUpsRequest request, Call call)
    {
        var caller = call.Caller;
        var size = PageTokens.Size(request.PageSize);
        var today = Paris.DateOf(call.Now);
        var filter = $"due by rank|{caller.Subject}|{request.Pole}";
        var after = (await tokens.Open(filter, request.PageToken, call.Cancellation))?.Split('|') ?? ["0001-01-01", "", "0", "0"];
        var rows = await db.Read(
            tx => tx.Query<Row>(
                DueFollowUps.Sql,
                new
                {
                    all = caller.Has(Roles.Coordinator),
                    asPerson = caller.HasAny(Roles.Professional, Roles.Referent),
                    caller.Subject,
                    caller.Rpps,
                    poles = caller.HasAny(Roles.Referent, Roles.HostCoordinator) ? caller.Poles.ToArray() : [],
                    request.Pole,
                    today,
                    daysToReturn = Returns.DaysToReturn,
                    afterDate = DateOnly.ParseExact(after[0], "yyyy-MM-dd", CultureInfo.InvariantCulture),
                    afterCode = after[1],
                    afterKind = int.Parse(after[2], CultureInfo.InvariantCulture),
                    afterRank = int.Parse(after[3], CultureInfo.InvariantCulture),
                    limit = size + 1,
                }),
            call.Cancellation);
        var response = new ListDueFollowUpsResponse();
        response.DueFollowUps.Add(rows.Take(size).Select(r => r.Shown(today)));
        if (rows.Count > size)
        {
            var last = rows[size - 1];
            response.NextPageToken = await tokens.Seal(filter, $"{last.DueDate:yyyy-MM-dd}|{last.Code}|{last.Kind}|{last.Rank}", call.Cancellation);
        }

        return response;
    }

    private sealed class Row
    {
        public string Code { get; init; } = "";

        public string Pole { get; init; } = "";

        public string Requester { get; init; } = "";

        public int Rank { get; init; }

        public int Kind { get; init; }

        public DateOnly DueDate { get; init; }

        public DueFollowUp Shown(DateOnly today) => new()
        {
            Case = $"cases/{Code}",
            Pole = Pole,
            Requester = Requester,
            Rank = Rank,
            Kind = (DueKind)Kind,
            DueDate = DueDate.ToProto(),
            DaysOverdue = today.DayNumber - DueDate.DayNumber,
        };
    }
}
