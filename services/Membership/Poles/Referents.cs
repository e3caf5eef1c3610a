namespace Intervision.Membership.Poles;

/// <summary>Terms of référents: one at a time per pôle.</summary>
internal static class Referents
{
    /// <summary>The term in the way of a new one; null when there is none.</summary>
    public static TermRow? Overlapping(DateOnly from, DateOnly? until, IEnumerable<TermRow> terms) =>
        terms.FirstOrDefault(t => Period.Overlap(from, until, t.FromDate, t.UntilDate));

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
}
