using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Membership.Poles;

/// <summary>Terms of référents: one at a time per pôle. Pure.</summary>
internal static class Referents
{
    /// <summary>The term in the way of a new one; null when there is none.</summary>
    public static TermRow? Overlapping(DateOnly from, DateOnly? until, IEnumerable<TermRow> terms) =>
        terms.FirstOrDefault(t => Period.Overlap(from, until, t.FromDate, t.UntilDate));

    /// <exception cref="RuleBroken">REFERENT_OVERLAP, which names the term in the way.</exception>
    public static void MustNotOverlap(DateOnly from, DateOnly? until, IEnumerable<TermRow> terms)
    {
        if (Overlapping(from, until, terms) is { } other)
        {
            throw RuleBroken.NotNow(
                "REFERENT_OVERLAP",
                $"Le pôle a déjà un référent sur tout ou partie de cette période : « {other.Name} ».",
                "REFERENT",
                other.Name,
                ("name", other.Name),
                ("professional", Names.Professionals + other.Professional));
        }
    }

    /// <summary>
    /// What an import's référent does to the terms of a pôle: whoever is in office stays; another person takes over on
    /// the day, until the next term that is planned. The first référent ever is in office since the pôle is active.
    /// </summary>
    /// <returns>The term that ends on the day, if any (a term that began the same day gives way), and the one that begins.</returns>
    public static (TermRow? Ends, TermRow? Begins) TakeOver(string pole, string professional, IReadOnlyList<TermRow> terms, DateOnly today, DateOnly? activeFrom)
    {
        var current = terms.FirstOrDefault(t => t.IsOn(today));
        if (professional.Length == 0 || current?.Professional == professional)
        {
            return (null, null);
        }

        var next = terms.Where(t => t.FromDate > today).Select(t => (DateOnly?)t.FromDate).Min();
        var from = terms.Count == 0 && activeFrom < today ? activeFrom.Value : today;
        return (current, new TermRow { TermId = Guid.CreateVersion7(), Pole = pole, Professional = professional, FromDate = from, UntilDate = next });
    }

    /// <summary>A référent is in principle a general practitioner in activity (DOMAIN §1): an exception is accepted, and said.</summary>
    /// <param name="capacities">Of one person, on a day.</param>
    public static IEnumerable<Warning> Warnings(IEnumerable<Capacity> capacities)
    {
        var activities = capacities.Where(c => c.ProfessionTable is not null).ToList();
        if (activities.Count == 0)
        {
            return [new() { Reason = "REFERENT_WITHOUT_ACTIVITY", Message = "Le référent n'a pas d'activité connue : il est en principe médecin généraliste en exercice." }];
        }

        return activities.Exists(a => Activities.IsGeneralPractice(a.ProfessionTable!, a.ProfessionCode!, a.SavoirFaire))
            ? []
            : [new() { Reason = "REFERENT_NOT_GENERAL_PRACTITIONER", Message = "Le référent n'est pas médecin généraliste en exercice : c'est l'usage, sauf exception." }];
    }
}
