using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Programmes;

/// <summary>A new rule set: a third programme needs no release.</summary>
internal sealed class CreateProgramme(Db db)
{
    public Task<CreateProgrammeResponse> Handle(CreateProgrammeRequest request, Call call)
    {
        var programme = request.Programme?.Clone() ?? new Programme();
        programme.DisplayName = Import.Texts.Canonical(programme.DisplayName);
        var violations = new Violations();
        ProgrammeRules.Check(programme, violations);
        violations.ThrowIfAny();
        return db.Once(call, request.RequestId, request, async tx =>
        {
            if (!await ProgrammeStore.Add(tx, programme, call.Now))
            {
                throw RuleBroken.Exists("PROGRAMME_EXISTS", $"« {programme.Name} » existe déjà.", ("name", programme.Name));
            }

            var created = await ProgrammeStore.State(tx, programme.Name[Names.Programmes.Length..]);
            await Changes.Tell(tx, call, Told.Of(created!));
            return new CreateProgrammeResponse { Programme = created };
        });
    }
}
