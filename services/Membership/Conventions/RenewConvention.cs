using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Conventions;

/// <summary>
/// The next period of a signed convention, as a draft: it begins the day after the last one, so that there is neither
/// gap nor overlap. One that has just expired can still be renewed: it is then signed after the fact.
/// </summary>
internal sealed class RenewConvention(Db db)
{
    public Task<RenewConventionResponse> Handle(RenewConventionRequest request, Call call)
    {
        Names.MustBe(Names.Conventions, request.Name);
        var end = request.EndDate.ToDate() ?? throw RuleBroken.Invalid("end_date", "END_DATE_INVALID", "Le dernier jour de la nouvelle période est obligatoire.");
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var held = await HeldConvention.Hold(tx, request.Name, request.Etag, call);
            var renewal = Decide(held, end, Guid.CreateVersion7(call.Now));
            return new RenewConventionResponse { Convention = await HeldConvention.Save(tx, call, renewal) };
        });
    }

    internal static StoredConvention Decide(HeldConvention held, DateOnly end, Guid id)
    {
        var convention = held.Convention;
        switch (convention.State)
        {
            case Convention.Types.State.Terminated:
                throw ConventionRules.Refused("CONVENTION_TERMINATED", "La convention est résiliée : il en faut une nouvelle.", convention);
            case not Convention.Types.State.Signed:
                throw ConventionRules.Refused("CONVENTION_NOT_SIGNED", "Seule une convention signée se renouvelle.", convention);
        }

        ConventionRules.MustNotBeRenewed(convention, held.All);
        var start = convention.EndDate.AddDays(1);
        return end < start
            ? throw RuleBroken.Invalid("end_date", "END_DATE_INVALID", $"La nouvelle période débute le {start:dd/MM/yyyy} : elle ne peut finir avant.")
            : convention with
            {
                ConventionId = id,
                State = Convention.Types.State.Draft,
                StartDate = start,
                EndDate = end,
                SignedDate = null,
                DocumentSha256 = null,
                Renews = convention.ConventionId,
                Version = 0,
            };
    }
}
