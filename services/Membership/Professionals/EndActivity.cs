using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>A capacity ends and stays in the history; an end that was said wrong can be said again.</summary>
internal sealed class EndActivity(Db db)
{
    public Task<EndActivityResponse> Handle(EndActivityRequest request, Call call)
    {
        var id = OwnerOf(request.Name);
        var until = request.UntilDate.ToDate() ?? throw RuleBroken.Invalid("until_date", "UNTIL_DATE_INVALID", "La fin de l'activité (exclue) est obligatoire.");
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var person = await ProfessionalVerb.Begin(tx, call, id, request.Etag);
            var activity = Decide(id, person, request.Name, until);
            if (activity.UntilDate.ToDate() == until)
            {
                return new EndActivityResponse { Professional = person };
            }

            await ProfessionalWrites.EndActivity(tx, id, activity, until);
            return new EndActivityResponse { Professional = await ProfessionalVerb.End(tx, call, id) };
        });
    }

    /// <returns>The activity that ends, as it is.</returns>
    /// <exception cref="RuleBroken">NOT_FOUND; UNTIL_DATE_INVALID; ACTIVITY_OVERLAP for a later end, which names the one in the way.</exception>
    internal static Activity Decide(string id, Professional person, string name, DateOnly until)
    {
        var activity = person.Activities.FirstOrDefault(a => a.ActivityName == name) ?? throw RuleBroken.NotFound(name);
        var from = activity.FromDate.ToDate()!.Value;
        if (until <= from)
        {
            throw RuleBroken.Invalid("until_date", "UNTIL_DATE_INVALID", $"La fin (exclue) doit être postérieure au début, le {from:dd/MM/yyyy}.");
        }

        var ended = activity.Clone();
        ended.UntilDate = until.ToProto();
        Activities.MustNotOverlap(id, [.. person.Activities.Where(a => !ReferenceEquals(a, activity)), ended], ended);
        return activity;
    }

    private static string OwnerOf(string name) =>
        name.Split('/') is ["professionals", { Length: > 0 } id, "activities", { Length: > 0 }]
            ? id
            : throw RuleBroken.Invalid("name", "NAME_INVALID", "Le nom doit avoir la forme « professionals/…/activities/… ».");
}
