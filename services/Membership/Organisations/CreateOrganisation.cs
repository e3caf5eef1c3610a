using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>A new structure, known by its own identifier. What is output only in the request is not looked at.</summary>
internal sealed class CreateOrganisation(Db db)
{
    public Task<CreateOrganisationResponse> Handle(CreateOrganisationRequest request, Call call)
    {
        var organisation = Canonical(request.Organisation ?? new Organisation());
        var today = Paris.DateOf(call.Now);
        OrganisationEdits.MustBeRight(organisation, today);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await OrganisationEdits.MustReferToKnown(tx, organisation, formerPole: "");
            if (await OrganisationStore.Save(tx, call.Now, [(organisation, 1, null)]) == 0)
            {
                throw RuleBroken.Exists("ORGANISATION_EXISTS", $"« {organisation.Name} » existe déjà.", ("name", organisation.Name));
            }

            await OrganisationStore.SaveTerritories(tx, [organisation]);
            var saved = (await OrganisationStore.States(tx, [organisation.Identifier], today))[0];
            await Changes.Tell(tx, call, Told.Of(saved));
            return new CreateOrganisationResponse { Organisation = saved };
        });
    }

    private static Organisation Canonical(Organisation said)
    {
        var organisation = said.Clone();
        organisation.Memberships.Clear();
        (organisation.Convention, organisation.Etag) = (null, "");
        OrganisationContent.Canonicalise(organisation);
        if (organisation.Name.Length == 0)
        {
            organisation.Name = Names.Organisations + organisation.Identifier;
        }

        return organisation;
    }
}
