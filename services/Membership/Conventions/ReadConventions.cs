using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Conventions;

/// <summary>GetConvention, ListConventions.</summary>
internal sealed class ReadConventions(Db db, Paging paging)
{
    public async Task<GetConventionResponse> Get(GetConventionRequest request, Call call)
    {
        var found = HeldConvention.IdOf(request.Name) is { } id ? await db.Read(tx => ConventionStore.Find(tx, id), call.Cancellation) : null;
        return new GetConventionResponse { Convention = found?.ToProto(Paris.DateOf(call.Now)) ?? throw RuleBroken.NotFound(request.Name) };
    }

    public async Task<ListConventionsResponse> List(ListConventionsRequest request, Call call)
    {
        var organisation = request.Organisation.Length == 0 ? null : Names.MustBe(Names.Organisations, request.Organisation, "organisation");
        var before = request.EndsBeforeDate.ToDate();
        if (request.EndsBeforeDate is not null && before is null)
        {
            throw RuleBroken.Invalid("ends_before_date", "ENDS_BEFORE_DATE_INVALID", "Ce n'est pas une date.");
        }

        var today = Paris.DateOf(call.Now);
        var page = await paging.Page(
            call,
            request.PageSize,
            request.PageToken,
            $"{request.Organisation}\n{before:yyyy-MM-dd}",
            (tx, after, limit) => ConventionStore.Page(tx, after, limit, organisation, before, today),
            c => $"{c.ConventionId}");
        return new ListConventionsResponse { Conventions = { page.Items.Select(c => c.ToProto(today)) }, NextPageToken = page.NextToken };
    }
}
