using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>GetOrganisation, ListOrganisations: any authenticated caller; a CPTS within its territory.</summary>
internal sealed class ReadOrganisations(Db db, Paging paging)
{
    public async Task<GetOrganisationResponse> Get(GetOrganisationRequest request, Call call)
    {
        // A CPTS learns nothing of what lies beyond its territory, not even that a name is none.
        var cpts = CptsBounds.Of(call.Caller);
        return await db.Read(
            async tx =>
            {
                var identifier = Names.IdOf(Names.Organisations, request.Name) ?? "";
                if (cpts is not null && !await IsWithin(tx, identifier, cpts))
                {
                    throw RuleBroken.Denied();
                }

                Names.MustBe(Names.Organisations, request.Name);
                var found = await OrganisationStore.States(tx, [identifier], Paris.DateOf(call.Now));
                return new GetOrganisationResponse { Organisation = found.Count == 1 ? found[0] : throw RuleBroken.NotFound(request.Name) };
            },
            call.Cancellation);
    }

    public async Task<ListOrganisationsResponse> List(ListOrganisationsRequest request, Call call)
    {
        var cpts = CptsBounds.Of(call.Caller);
        var kind = request.Kind.Length == 0 ? null : request.Kind;
        var pole = request.Pole.Length == 0 ? null : Names.MustBe(Names.Poles, request.Pole, "pole");
        var page = await paging.Page(
            call, request.PageSize, request.PageToken, $"{request.Kind}\n{request.Pole}", (tx, after, limit) => Page(tx, after, limit, kind, pole, cpts), o => o.Identifier);
        var organisations = await db.Read(tx => OrganisationStore.Complete(tx, page.Items, Paris.DateOf(call.Now)), call.Cancellation);
        return new ListOrganisationsResponse { Organisations = { organisations }, NextPageToken = page.NextToken };
    }

    private static Task<bool> IsWithin(Tx tx, string identifier, string cpts) =>
        tx.Single<bool>($"select exists (select from organisation o where identifier = @identifier and {CptsBounds.Organisation})", new { identifier, cpts });

    private static Task<IReadOnlyList<OrganisationRow>> Page(Tx tx, string? after, int limit, string? kind, string? pole, string? cpts) =>
        tx.Query<OrganisationRow>(
            $"""
            select {OrganisationStore.Columns} from organisation o
            where (@after::text is null or identifier > @after) and (@kind::text is null or kind = @kind) and (@pole::text is null or pole = @pole)
              and {CptsBounds.Organisation}
            order by identifier limit @limit
            """,
            new { after, limit, kind, pole, cpts });
}
