using Intervision.Membership.Organisations;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Conventions;

/// <summary>A convention to be negotiated. Drafts may overlap whatever they like: only what is signed is in force.</summary>
internal sealed class DraftConvention(Db db)
{
    public Task<DraftConventionResponse> Handle(DraftConventionRequest request, Call call)
    {
        var said = request.Convention?.Clone() ?? new Convention();
        var organisation = Names.MustBe(Names.Organisations, said.Organisation, "convention.organisation");
        ConventionContent.Canonicalise(said);
        var violations = new Violations();
        ConventionContent.Check(said, violations);
        violations.ThrowIfAny();
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var host = await OrganisationStore.Lock(tx, organisation)
                ?? throw RuleBroken.Invalid("convention.organisation", "UNKNOWN_ORGANISATION", $"L'organisation « {said.Organisation} » n'est pas connue.");
            Etag.MustNotPrecede(call.Now, host.UpdateTime, said.Organisation);
            var draft = new StoredConvention
            {
                ConventionId = Guid.CreateVersion7(call.Now), Organisation = organisation, State = Convention.Types.State.Draft,
            };
            return new DraftConventionResponse { Convention = await HeldConvention.Save(tx, call, draft.With(said)) };
        });
    }
}
