using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Conventions;

/// <summary>Another period or other means, while it is a draft. Nothing different, nothing said.</summary>
internal sealed class UpdateConvention(Db db)
{
    private static readonly string[] Changeable = ["start_date", "end_date", "host_contribution", "association_contribution"];

    public Task<UpdateConventionResponse> Handle(UpdateConventionRequest request, Call call)
    {
        var said = request.Convention ?? new Convention();
        Names.MustBe(Names.Conventions, said.Name, "convention.name");
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var held = await HeldConvention.Hold(tx, said.Name, said.Etag, call);
            var current = held.Convention.ToProto(Paris.DateOf(call.Now));
            var next = UpdateMask.Apply(current, said, request.UpdateMask, Changeable);
            ConventionContent.Canonicalise(next);
            var violations = new Violations();
            ConventionContent.Check(next, violations);
            violations.ThrowIfAny();
            Decide(held.Convention, next.StartDate.ToDate()!.Value);
            return new UpdateConventionResponse
            {
                Convention = next.Equals(current) ? current : await HeldConvention.Save(tx, call, held.Convention.With(next)),
            };
        });
    }

    /// <summary>Pure: whether it may change, and begin on that day.</summary>
    internal static void Decide(StoredConvention convention, DateOnly start)
    {
        ConventionRules.MustBeDraft(convention);
        if (convention.Renews is not null && start != convention.StartDate)
        {
            throw RuleBroken.NotNow(
                "RENEWAL_START_FIXED",
                $"Le renouvellement suit sans interruption {Names.Conventions}{convention.Renews} : il débute le {convention.StartDate:dd/MM/yyyy}.",
                "CONVENTION",
                $"{Names.Conventions}{convention.Renews}",
                ("name", convention.Name),
                ("renews", $"{Names.Conventions}{convention.Renews}"));
        }
    }
}
