using Intervision.Demo.Region;
using Intervision.Demo.Suite;
using Intervision.Membership.V1;

namespace Intervision.Demo.Season;

/// <summary>Finds an expert for each session: of the pôle, else of its area; nobody at two sessions of one day.</summary>
internal static class Experts
{
    /// <param name="sameDay">All sessions of that day, in order: the same experts fall to them whenever one asks.</param>
    /// <returns>professionals/{id}; null when none is needed or nobody is free.</returns>
    public static string? For(RegionData region, SessionLife life, IEnumerable<SessionLife> sameDay)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var session in sameDay.Where(s => s.NeedsExpert))
        {
            var expert = Choose(region, session, taken);
            if (session == life)
            {
                return expert;
            }

            if (expert is not null)
            {
                taken.Add(expert);
            }
        }

        return null;
    }

    private static string? Choose(RegionData region, SessionLife life, HashSet<string> taken)
    {
        var free = region.People
            .Where(p => p.Expert && p.Id != life.Pole.Referent && !taken.Contains(p.Name))
            .Select(p => (p.Name, Poles: region.ActivitiesOn(p.Id, life.Date).Select(a => a.Pole).ToList()))
            .Where(p => p.Poles.Count > 0)
            .ToList();
        var own = free.Where(p => p.Poles.Contains(life.Pole.Code)).ToList();
        // Somebody from further away comes on the screen.
        var near = life.Pole.Modality == Modality.InPerson
            ? []
            : free.Where(p => p.Poles.Any(c => region.PoleByCode.GetValueOrDefault(c)?.Area == life.Pole.Area)).ToList();
        var choice = own.Count > 0 ? own : near;
        return choice.Count == 0 ? null : choice[RequestId.Die(choice.Count, life.Pole.Code, life.Date.Iso(), "expert")].Name;
    }
}
