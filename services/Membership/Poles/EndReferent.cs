using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>A référent leaves, or leaves on another day than was said.</summary>
internal sealed class EndReferent(Db db)
{
    public Task<EndReferentResponse> Handle(EndReferentRequest request, Call call)
    {
        var (code, id) = Parse(request.Name);
        var until = request.UntilDate.ToDate() ?? throw RuleBroken.Invalid("until_date", "UNTIL_DATE_INVALID", "La date de fin (exclue) manque ou n'est pas une date.");
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await PoleVerb.Begin(tx, call, code, request.Etag);
            var terms = await PoleStore.Terms(tx, [code]);
            var term = terms.FirstOrDefault(t => t.TermId == id) ?? throw RuleBroken.NotFound(request.Name);
            var warnings = Decide(term, until, [.. terms.Where(t => t != term)]);
            await ReferentStore.End(tx, term, until);
            return new EndReferentResponse { Pole = await PoleVerb.End(tx, call, code), Warnings = { warnings } };
        });
    }

    /// <exception cref="RuleBroken">UNTIL_DATE_INVALID; REFERENT_OVERLAP when the term now reaches into another.</exception>
    internal static IReadOnlyList<Warning> Decide(TermRow term, DateOnly until, IReadOnlyList<TermRow> others)
    {
        if (until <= term.FromDate)
        {
            throw RuleBroken.Invalid("until_date", "UNTIL_DATE_INVALID", $"La fin (exclue) doit être postérieure au premier jour, le {term.FromDate:dd/MM/yyyy}.");
        }

        Referents.MustNotOverlap(term.FromDate, until, others);
        return others.Any(t => t.IsOn(until))
            ? []
            : [new() { Reason = "POLE_WITHOUT_REFERENT", Message = $"Le pôle n'a plus de référent à partir du {until:dd/MM/yyyy}." }];
    }

    private static (string Code, Guid Term) Parse(string name) =>
        name.Split('/') is ["poles", { Length: > 0 } code, "referents", var id] && Guid.TryParseExact(id, "D", out var term)
            ? (code, term)
            : throw RuleBroken.Invalid("name", "NAME_INVALID", "Le nom doit avoir la forme « poles/P12/referents/{uuid} ».");
}
