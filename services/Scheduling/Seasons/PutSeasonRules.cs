using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Seasons;

/// <summary>Says how the seasons of a pôle or a programme are laid over the calendar.</summary>
internal sealed class PutSeasonRules(Db db)
{
    public Task<PutSeasonRulesResponse> Handle(PutSeasonRulesRequest request, Call call)
    {
        MustOrganise(call.Caller, request.Owner);
        var rules = request.Rules ?? new SeasonRules();
        Validate(request.Owner, rules);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await SeasonRulesStore.Put(tx, request.Owner, rules);
            var general = await tx.SingleOrDefault<string>("select programme from pole where name = @Owner", new { request.Owner });
            return new PutSeasonRulesResponse { Rules = (await SeasonRulesStore.Of(tx, general ?? "", request.Owner)).ToProto() };
        });
    }

    /// <summary>A programme's rules are the region's matter.</summary>
    private static void MustOrganise(Caller caller, string owner)
    {
        if (owner.StartsWith("poles/", StringComparison.Ordinal))
        {
            caller.MustOrganise(owner);
        }
        else
        {
            caller.MustHave(Roles.Coordinator);
        }
    }

    internal static void Validate(string owner, SeasonRules rules)
    {
        var broken = new Violations();
        broken.Check(owner.Split('/') is ["poles" or "programmes", { Length: > 0 and <= 64 }], "owner", "OWNER_INVALID", "Un pôle ou un programme est attendu : poles/… ou programmes/….");
        Rules.Check(broken, rules);
        broken.ThrowIfAny();
    }
}
