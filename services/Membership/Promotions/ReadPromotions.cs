using System.Globalization;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Promotions;

/// <summary>ListPromotions: a coordinator all, who organises a pôle that pôle's. ReportPromotions: counted, for the report to the ARS.</summary>
internal sealed class ReadPromotions(Db db, Paging paging)
{
    public async Task<ListPromotionsResponse> List(ListPromotionsRequest request, Call call)
    {
        call.Caller.MustOrganise(request.Pole);
        var pole = request.Pole.Length == 0 ? null : Names.MustBe(Names.Poles, request.Pole, "pole");
        var page = await paging.Page(
            call,
            request.PageSize,
            request.PageToken,
            request.Pole,
            (tx, after, limit) => PromotionStore.Page(tx, after is null ? null : Guid.ParseExact(after, "D"), limit, pole),
            p => p.PromotionId.ToString("D", CultureInfo.InvariantCulture));
        var promotions = await db.Read(tx => PromotionStore.Complete(tx, page.Items), call.Cancellation);
        return new ListPromotionsResponse { Promotions = { promotions }, NextPageToken = page.NextToken };
    }

    public async Task<ReportPromotionsResponse> Report(ReportPromotionsRequest request, Call call)
    {
        var violations = new Violations();
        var (from, until) = (request.FromDate.ToDate(), request.UntilDate.ToDate());
        violations.Check(from is not null, "from_date", "FROM_DATE_INVALID", "Le premier jour manque ou n'est pas une date.");
        violations.Check(until is not null, "until_date", "UNTIL_DATE_INVALID", "La fin (exclue) manque ou n'est pas une date.");
        violations.Check(from is null || until is null || until > from, "until_date", "PERIOD_EMPTY", "La fin (exclue) doit être postérieure au premier jour.");
        violations.ThrowIfAny();
        var lines = await db.Read(
            tx => tx.Query<(string Pole, int Promotions, int Contacts, int Structures)>(
                """
                select p.pole, count(*)::int, sum(p.contacts)::int, (
                  select count(distinct m.organisation)::int from promotion_organisation m join promotion q using (promotion_id)
                  where q.pole = p.pole and not q.retracted and q.promotion_date >= @from and q.promotion_date < @until)
                from promotion p
                where not p.retracted and p.promotion_date >= @from and p.promotion_date < @until
                group by p.pole order by p.pole
                """,
                new { from, until }),
            call.Cancellation);
        return new ReportPromotionsResponse
        {
            Lines =
            {
                lines.Select(l => new ReportPromotionsResponse.Types.Line
                {
                    Pole = Names.Poles + l.Pole, Promotions = l.Promotions, Contacts = l.Contacts, Structures = l.Structures,
                }),
            },
        };
    }
}
