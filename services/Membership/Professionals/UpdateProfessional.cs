using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>Another name, number or mailbox; activities, designations and acceptances have verbs of their own. Nothing different, nothing said.</summary>
internal sealed class UpdateProfessional(Db db)
{
    private static readonly string[] Changeable = ["rpps", "family_name", "given_name", "mssante", "identifier_source", "identifier_verified_date"];

    public Task<UpdateProfessionalResponse> Handle(UpdateProfessionalRequest request, Call call)
    {
        var said = request.Professional ?? new Professional();
        var id = Names.MustBe(Names.Professionals, said.Name, "professional.name");
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var current = await ProfessionalVerb.Begin(tx, call, id, said.Etag);
            var next = UpdateMask.Apply(current, said, request.UpdateMask, Changeable);
            // Activities stay as they are: they keep their names, and need not be looked at again.
            var activities = next.Activities.Clone();
            next.Activities.Clear();
            ProfessionalContent.Canonicalise(next);
            ProfessionalEdits.MustBeRight(next, Paris.DateOf(call.Now));
            next.Activities.Add(activities);
            if (next.Equals(current))
            {
                return new UpdateProfessionalResponse { Professional = current };
            }

            await ProfessionalEdits.MustBeFree(tx, id, next.Rpps);
            var version = (await ProfessionalStore.Lock(tx, id))!.Version + 1;
            await ProfessionalWrites.Save(tx, call.Now, [(next, version, null)]);
            return new UpdateProfessionalResponse { Professional = await ProfessionalVerb.Tell(tx, call, id) };
        });
    }
}
