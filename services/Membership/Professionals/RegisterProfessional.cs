using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>A new person, with what they exercise. What is output only in the request is not looked at.</summary>
internal sealed class RegisterProfessional(Db db)
{
    public Task<RegisterProfessionalResponse> Handle(RegisterProfessionalRequest request, Call call)
    {
        var person = Canonical(request.Professional ?? new Professional(), call.Now);
        ProfessionalEdits.MustBeRight(person, Paris.DateOf(call.Now));
        var id = Names.IdOf(Names.Professionals, person.Name)!;
        Activities.MustNotOverlap(id, person.Activities);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await ImportTurn.Beside(tx);
            await ProfessionalEdits.MustReferToKnown(tx, person.Activities);
            await ProfessionalEdits.MustBeFree(tx, id, person.Rpps);
            if (await ProfessionalWrites.Save(tx, call.Now, [(person, 1, null)]) == 0)
            {
                throw RuleBroken.Exists("PROFESSIONAL_EXISTS", $"« {person.Name} » existe déjà.", ("name", person.Name));
            }

            await ProfessionalWrites.SaveActivities(tx, [person]);
            return new RegisterProfessionalResponse { Professional = await ProfessionalVerb.Tell(tx, call, id) };
        });
    }

    private static Professional Canonical(Professional said, DateTimeOffset now)
    {
        var person = said.Clone();
        person.ExpertDesignations.Clear();
        person.CharterAcceptances.Clear();
        (person.Expert, person.CharterAcceptedDate, person.Etag) = (false, null, "");
        ProfessionalContent.Canonicalise(person);
        if (person.Name.Length == 0)
        {
            person.Name = Names.Professionals + Guid.CreateVersion7(now);
        }

        return person;
    }
}
