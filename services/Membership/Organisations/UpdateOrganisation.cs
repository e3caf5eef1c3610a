using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>Another kind, place, territory, presentation …: whatever is not its identifier. Nothing different, nothing said.</summary>
internal sealed class UpdateOrganisation(Db db)
{
    private static readonly string[] Changeable =
    [
        "display_name", "kind", "commune", "pole", "joined_date", "video_capable", "territory_communes", "profile", "identifier_source",
        "identifier_verified_date",
    ];

    public Task<UpdateOrganisationResponse> Handle(UpdateOrganisationRequest request, Call call)
    {
        var said = request.Organisation ?? new Organisation();
        var identifier = Names.MustBe(Names.Organisations, said.Name, "organisation.name");
        var today = Paris.DateOf(call.Now);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var locked = await OrganisationStore.Lock(tx, identifier) ?? throw RuleBroken.NotFound(said.Name);
            locked.MustBe(said.Etag, call, said.Name);
            var current = (await OrganisationStore.States(tx, [identifier], today))[0];
            var next = UpdateMask.Apply(current, said, request.UpdateMask, Changeable);
            OrganisationContent.Canonicalise(next);
            if (next.Equals(current))
            {
                return new UpdateOrganisationResponse { Organisation = current };
            }

            OrganisationEdits.MustBeRight(next, today);
            await OrganisationEdits.MustReferToKnown(tx, next, current.Pole);
            await OrganisationStore.Save(tx, call.Now, [(next, locked.Version + 1, null)]);
            await OrganisationStore.SaveTerritories(tx, [next]);
            var saved = (await OrganisationStore.States(tx, [identifier], today))[0];
            await Changes.Tell(tx, call, Told.Of(saved));
            return new UpdateOrganisationResponse { Organisation = saved };
        });
    }
}
