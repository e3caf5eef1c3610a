using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>A référent takes office, today, in the past or to come; of one pôle, one at a time.</summary>
internal sealed class AppointReferent(Db db)
{
    public Task<AppointReferentResponse> Handle(AppointReferentRequest request, Call call)
    {
        var code = Names.MustBe(Names.Poles, request.Name);
        var term = Term(code, request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var pole = await PoleVerb.Begin(tx, call, code, request.Etag);
            // What is known of the person on the day of taking office, if that is still to come.
            var today = Paris.DateOf(call.Now);
            var capacities = (await ReferentStore.Capacities(tx, [term.Professional], term.FromDate > today ? term.FromDate : today))[term.Professional].ToList();
            if (capacities.Count == 0)
            {
                throw RuleBroken.Invalid("professional", "UNKNOWN_PROFESSIONAL", $"« {request.Professional} » n'est pas connu de l'annuaire.");
            }

            Decide(pole, term, await PoleStore.Terms(tx, [code]));
            await ReferentStore.Begin(tx, term);
            return new AppointReferentResponse { Pole = await PoleVerb.End(tx, call, code), Warnings = { Referents.Warnings(capacities) } };
        });
    }

    /// <exception cref="RuleBroken">POLE_CLOSED, REFERENT_OVERLAP.</exception>
    internal static void Decide(Pole pole, TermRow term, IReadOnlyList<TermRow> terms)
    {
        PoleVerb.MustNotBeClosed(pole);
        Referents.MustNotOverlap(term.FromDate, term.UntilDate, terms);
    }

    private static TermRow Term(string pole, AppointReferentRequest request)
    {
        var violations = new Violations();
        var professional = Names.IdOf(Names.Professionals, request.Professional);
        var (from, until) = (request.FromDate.ToDate(), request.UntilDate.ToDate());
        violations.Check(professional is not null, "professional", "PROFESSIONAL_INVALID", "Le référent doit avoir la forme « professionals/{identifiant} ».");
        violations.Check(from is not null, "from_date", "FROM_DATE_INVALID", "Le premier jour manque ou n'est pas une date.");
        violations.Check(
            request.UntilDate is null || until > from, "until_date", "UNTIL_DATE_INVALID", "La fin (exclue) doit être une date postérieure au premier jour.");
        violations.ThrowIfAny();
        return new TermRow { TermId = Guid.CreateVersion7(), Pole = pole, Professional = professional!, FromDate = from!.Value, UntilDate = until };
    }
}
