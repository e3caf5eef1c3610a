using Intervision.Intake.ReferenceLists;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Alerts;

/// <summary>What an alert may be about.</summary>
internal static class CriteriaRules
{
    private const int MostCodes = 3;
    private const int MostMonths = 24;

    /// <summary>Pôles of the territory. A pôle belongs to the département of most of its communes.</summary>
    public static Task<IReadOnlyList<string>> PolesOf(Tx tx, AlertCriteria? criteria) => tx.Query<string>(
        """
        select p.name from pole p
        where @territory = 'region' or p.name = @territory or @territory = 'departements/' || (
          select c.departement from pole_commune pc join commune c using (insee_code)
          where pc.pole = p.name group by c.departement order by count(*) desc, c.departement limit 1)
        order by p.name
        """,
        new { territory = criteria?.Territory ?? "" });

    /// <exception cref="RuleBroken">See DraftAlert in the proto.</exception>
    public static void Check(Violations v, AlertCriteria? criteria, IReadOnlyList<string> poles, ReferenceCodes codes, DateOnly today)
    {
        criteria ??= new AlertCriteria();
        var count = criteria.Motives.Count + criteria.Contexts.Count + criteria.Products.Count;
        v.Check(count > 0, "criteria.motives", "THEME_MISSING", "Dites le thème : un motif, un contexte ou un produit.");
        v.Check(count <= MostCodes, "criteria.motives", "TOO_MANY_CODES", "Trois codes au plus.");
        Known(v, "criteria.motives", criteria.Motives, ReferenceCodes.Motive, "UNKNOWN_MOTIVE", codes);
        Known(v, "criteria.contexts", criteria.Contexts, ReferenceCodes.Context, "UNKNOWN_CONTEXT", codes);
        Known(v, "criteria.products", criteria.Products, ReferenceCodes.Product, "UNKNOWN_PRODUCT", codes);
        v.Check(poles.Count > 0, "criteria.territory", "UNKNOWN_TERRITORY", "Le territoire est la région, un département ou un pôle.");
        CheckPeriod(v, criteria.FromDate.ToDate(), criteria.UntilDate.ToDate(), today);
    }

    private static void Known(Violations v, string field, IReadOnlyList<string> said, string list, string reason, ReferenceCodes codes)
    {
        v.Check(said.All(c => codes.Has(list, c)), field, reason, "Un code n'est pas dans la liste en vigueur.");
        v.Check(said.Distinct(StringComparer.Ordinal).Count() == said.Count, field, "CODE_TWICE", "Un code figure deux fois.");
    }

    /// <summary>Whole quarters that are over: a count that grows by one shows that one.</summary>
    private static void CheckPeriod(Violations v, DateOnly? from, DateOnly? until, DateOnly today)
    {
        v.Check(Quarters.Begins(from), "criteria.from_date", "FROM_DATE_INVALID", "La période commence le premier jour d'un trimestre.");
        if (v.Check(Quarters.Begins(until) && !(until <= from), "criteria.until_date", "UNTIL_DATE_INVALID", "La période finit avant le premier jour d'un trimestre suivant."))
        {
            v.Check(from is null || until <= from.Value.AddMonths(MostMonths), "criteria.until_date", "PERIOD_TOO_LONG", "La période compte huit trimestres au plus.");
            v.Check(until <= today, "criteria.until_date", "PERIOD_NOT_ENDED", "La période n'est pas terminée.");
        }
    }
}
