namespace Intervision.Intake.Library;

/// <summary>Cases that are alike, and how many they are.</summary>
internal sealed record Alike(Traits Traits, IReadOnlyList<string> Orientations, int Count);

/// <summary>What is shown of everybody in it, who cannot be told apart by it.</summary>
internal sealed record Crowd(Shown Shown, IReadOnlyList<Alike> Members)
{
    public int Size => Members.Sum(m => m.Count);

    /// <summary>
    /// Of the orientations proposed, those that at least five of the crowd were all given: together they must not single out
    /// the case either. The rarest goes first.
    /// </summary>
    public IReadOnlyList<string> Common(IReadOnlyList<string> orientations)
    {
        var kept = orientations.ToList();
        while (kept.Count > 0 && HowMany(kept) < Crowds.Least)
        {
            kept.Remove(kept.OrderBy(o => HowMany([o])).ThenBy(o => o, StringComparer.Ordinal).First());
        }

        return kept;
    }

    private int HowMany(List<string> orientations) => Members.Where(m => orientations.TrueForAll(m.Orientations.Contains)).Sum(m => m.Count);
}

/// <summary>
/// Divides all cases that could be published into crowds of at least five that are shown alike (docs/adr/0014). A
/// partition, and not a count per case: who knows this rule and every case still finds five to whom an entry may belong,
/// because a case is never generalised further than the others it is counted with.
/// </summary>
internal static class Crowds
{
    public const int Least = 5;

    /// <summary>Up the ladder, step by step: whoever has found a crowd leaves.</summary>
    /// <returns>By traits; who is missing finds no crowd.</returns>
    public static IReadOnlyDictionary<Traits, Crowd> Of(IReadOnlyList<Alike> population)
    {
        var left = population.ToLookup(p => p.Traits).ToDictionary(g => g.Key, g => g.ToList());
        var found = new Dictionary<Traits, Crowd>();
        foreach (var step in Ladder.Steps)
        {
            foreach (var crowd in CrowdsAt(step, left))
            {
                foreach (var traits in crowd.Members.Select(m => m.Traits).Distinct())
                {
                    found[traits] = crowd;
                    left.Remove(traits);
                }
            }
        }

        return found;
    }

    private static List<Crowd> CrowdsAt(Step step, Dictionary<Traits, List<Alike>> left) =>
    [
        .. left.Select(l => (Shown: Ladder.At(l.Key, step), Members: l.Value))
            .Where(l => l.Shown is not null)
            .GroupBy(l => l.Shown!, l => l.Members)
            .Select(g => new Crowd(g.Key, [.. g.SelectMany(m => m)]))
            .Where(c => c.Size >= Least),
    ];
}
