using System.Globalization;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Rates;

/// <summary>Grids by validity.</summary>
public sealed class ListRateGrids(Db db, PageTokens pages)
{
    public async Task<ListRateGridsResponse> Handle(ListRateGridsRequest request, Call call)
    {
        var size = PageTokens.Size(request.PageSize);
        var filter = $"rateGrids|{call.Caller.Subject}|{request.Programme}";
        var after = await pages.Open(filter, request.PageToken, call.Cancellation);
        var grids = await db.Read(tx => Page(tx, request.Programme, after, size + 1), call.Cancellation);
        var response = new ListRateGridsResponse { RateGrids = { grids.Take(size) } };
        if (grids.Count > size)
        {
            var last = response.RateGrids[^1];
            var position = string.Create(CultureInfo.InvariantCulture, $"{last.ValidFromDate.Year:D4}-{last.ValidFromDate.Month:D2}-{last.ValidFromDate.Day:D2}|{last.Name}");
            response.NextPageToken = await pages.Seal(filter, position, call.Cancellation);
        }

        return response;
    }

    private static async Task<IReadOnlyList<RateGrid>> Page(Tx tx, string programme, string? after, int limit)
    {
        var position = after?.Split('|');
        var rows = await tx.Query<RateGridRow>(
            """
            select name, programme, valid_from_date, valid_until_date from rate_grid
            where (@programme = '' or programme = @programme)
              and (@name = '' or (valid_from_date, name) > (@date, @name))
            order by valid_from_date, name limit @limit
            """,
            new
            {
                programme,
                name = position?[1] ?? "",
                date = position is null ? DateOnly.MinValue.AddYears(1) : DateOnly.ParseExact(position[0], "yyyy-MM-dd", CultureInfo.InvariantCulture),
                limit,
            });
        return await RateStore.WithRates(tx, rows);
    }
}
