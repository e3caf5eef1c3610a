using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Professionals;

/// <summary>One more capacity, beside the others: several at once are normal, the same twice is not.</summary>
internal sealed class StartActivity(Db db)
{
    public Task<StartActivityResponse> Handle(StartActivityRequest request, Call call)
    {
        var id = Names.MustBe(Names.Professionals, request.Name);
        var activity = request.Activity?.Clone() ?? new Activity();
        activity.ActivityName = "";
        if (Activities.Problem(activity) is var (reason, french))
        {
            throw RuleBroken.Invalid("activity", reason, french);
        }

        return db.Once(call, request.RequestId, request, async tx =>
        {
            var person = await ProfessionalVerb.Begin(tx, call, id, request.Etag);
            Decide(id, person, activity);
            await ProfessionalEdits.MustReferToKnown(tx, [activity]);
            await ProfessionalWrites.AddActivities(tx, [(id, activity)]);
            return new StartActivityResponse { Professional = await ProfessionalVerb.End(tx, call, id) };
        });
    }

    /// <exception cref="RuleBroken">TOO_MANY_ACTIVITIES; ACTIVITY_OVERLAP, which names the one in the way.</exception>
    internal static void Decide(string id, Professional person, Activity activity)
    {
        if (person.Activities.Count >= Activities.Maximum)
        {
            throw RuleBroken.NotNow("TOO_MANY_ACTIVITIES", $"Une personne a au plus {Activities.Maximum} activités.", "ACTIVITY", person.Name, ("name", person.Name));
        }

        Activities.MustNotOverlap(id, [.. person.Activities, activity], activity);
    }
}
