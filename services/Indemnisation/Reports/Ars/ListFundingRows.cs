using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Reports.Ars;

/// <summary>The figures, cut as asked.</summary>
internal sealed class ListFundingRows(Db db, PageTokens pages)
{
    private const char Between = '\n';

    public async Task<ListFundingRowsResponse> Handle(ListFundingRowsRequest request, Call call)
    {
        ReportedEnvelope.MustBeSaid(request.Programme, request.FiscalYear);
        var cut = Read(request.Dimensions);
        var size = PageTokens.Size(request.PageSize);
        var filter = $"funding|{call.Caller.Subject}|{request.Programme}|{request.FiscalYear}|{cut}";
        var token = await pages.Open(filter, request.PageToken, call.Cancellation);
        var rows = await db.ReadTogether(
            async tx =>
            {
                tx.StatementTimeout = GetFundingReport.Longest;
                var envelope = await ReportedEnvelope.Of(tx, request.Programme, request.FiscalYear);
                return await FundingQueries.Page(tx, envelope, cut, token?.Split(Between), size + 1);
            },
            call.Cancellation);
        var response = new ListFundingRowsResponse { Rows = { rows.Take(size).Select(r => r.ToProto()) } };
        if (rows.Count > size)
        {
            var last = rows[size - 1];
            response.NextPageToken = await pages.Seal(
                filter, string.Join(Between, last.Month, last.Pole, last.ProfessionTable, last.ProfessionCode, last.Mode), call.Cancellation);
        }

        return response;
    }

    /// <exception cref="RuleBroken">DIMENSION_INVALID.</exception>
    private static Cut Read(IReadOnlyCollection<FundingDimension> dimensions)
    {
        var violations = new Violations();
        violations.Check(
            dimensions.All(d => d != FundingDimension.Unspecified && Enum.IsDefined(d)), "dimensions", "DIMENSION_INVALID", "Un axe du rapport est inconnu.");
        violations.ThrowIfAny();
        return new Cut(
            dimensions.Contains(FundingDimension.Month), dimensions.Contains(FundingDimension.Pole),
            dimensions.Contains(FundingDimension.Profession), dimensions.Contains(FundingDimension.Mode));
    }
}
