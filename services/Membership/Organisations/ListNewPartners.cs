using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>Members of a programme that were not yet presented to the others, for the first quarter of an hour of a session.</summary>
internal sealed class ListNewPartners(Db db, Paging paging)
{
    public async Task<ListNewPartnersResponse> Handle(ListNewPartnersRequest request, Call call)
    {
        var programme = Names.MustBe(Names.Programmes, request.Programme, "programme");
        var pole = request.Pole.Length == 0 ? null : Names.MustBe(Names.Poles, request.Pole, "pole");
        var today = Paris.DateOf(call.Now);
        var since = Since(request.SinceDate, today);
        var page = await paging.Page(
            call,
            request.PageSize,
            request.PageToken,
            $"{request.Programme}\n{request.Pole}\n{since:yyyy-MM-dd}",
            (tx, after, limit) => Page(tx, after, limit, programme, pole, since, today),
            o => o.Identifier);
        var organisations = await db.Read(tx => OrganisationStore.Complete(tx, page.Items, today), call.Cancellation);
        return new ListNewPartnersResponse { Organisations = { organisations }, NextPageToken = page.NextToken };
    }

    /// <summary>The season's first day, unless another one is asked for.</summary>
    internal static DateOnly Since(Google.Type.Date? said, DateOnly today)
    {
        var season = new DateOnly(today.Year, 9, 1);
        return said is null
            ? (season <= today ? season : season.AddYears(-1))
            : said.ToDate() ?? throw RuleBroken.Invalid("since_date", "SINCE_DATE_INVALID", "Ce n'est pas une date.");
    }

    private static Task<IReadOnlyList<OrganisationRow>> Page(
        Tx tx, string? after, int limit, string programme, string? pole, DateOnly since, DateOnly today) =>
        tx.Query<OrganisationRow>(
            $"""
            select {OrganisationStore.Columns} from organisation o
            where (@after::text is null or identifier > @after) and (@pole::text is null or pole = @pole) and exists (
              select from programme_membership m
              where m.organisation = o.identifier and m.programme = @programme and m.presented_date is null
                and m.from_date between @since and @today and (m.until_date is null or m.until_date > @today))
            order by identifier limit @limit
            """,
            new { after, limit, programme, pole, since, today });
}
