using Intervision.Scheduling.Planning;
using static Intervision.Scheduling.V1.ProposePlanResponse.Types;

namespace Intervision.Scheduling.Proposals;

/// <summary>What a plan's objective is made of; the points add up to it. Pure.</summary>
internal static class PlanParts
{
    public static IEnumerable<ObjectivePart> Of(PlanningProblem problem, IReadOnlyList<int?> days)
    {
        var prices = problem.Prices;
        var placed = problem.Situations.Index().Where(s => days[s.Index] is not null).Select(s => (Of: s.Item, Day: days[s.Index]!.Value)).ToList();
        var kept = problem.StandingSessions().ToHashSet();
        var load = placed.CountBy(p => (p.Of.Pole, p.Day)).ToDictionary();
        var attends = PlanEvaluation.ExpertsAttend(problem, days);
        var physicians = placed.Count(p => p.Of.Gp.Contains(p.Day));
        var professionals = placed.Sum(p => p.Of.Professionals.Count(d => d.Contains(p.Day)));
        var experts = placed.Sum(p => p.Of.Experts.Distinct().Count(e => attends.TryGetValue((e, p.Day), out var pole) && pole == p.Of.Pole));
        var crowded = load.Sum(s => Math.Max(0, s.Value - problem.Poles[s.Key.Pole].Normal));
        var held = load.Keys.Where(s => !kept.Contains(s)).ToList();
        var left = days.Count(d => d is null);
        var changed = problem.Situations.Index().Count(s => s.Item.CurrentDay is { } day && days[s.Index] != day);
        var opened = held.Count(s => !problem.Poles[s.Pole].CurrentSessions.Contains(s.Day));
        var givenUp = problem.Poles.Index().Sum(p => p.Item.CurrentSessions.Days().Count(d => d < problem.Days && !load.ContainsKey((p.Index, d)) && !kept.Contains((p.Index, d))));
        return
        [
            Part("WAITING", "Attente des situations, en jours ouvrés", placed.Sum(p => p.Day - p.Of.Ready), placed.Sum(p => p.Of.WaitPrice * (p.Day - p.Of.Ready))),
            Part("ATTENDING_PHYSICIANS", "Médecins traitants libres à cette date", physicians, -prices.Gp * physicians),
            Part("PROFESSIONALS", "Autres professionnels libres, et dates proposées avec la demande", professionals, -prices.Professional * professionals),
            Part("EXPERTS", "Experts présents pour une situation", experts, -prices.Expert * experts),
            Part("CROWDED", "Situations au-delà de trois par séance", crowded, prices.Crowded * crowded),
            Part("SESSIONS", "Séances tenues, hors celles qui restent de toute façon", held.Count, prices.Session * held.Count),
            Part("LEFT_OUT", "Situations sans place", left, prices.LeftOut * left),
            Part("CHANGES", "Situations et séances déplacées", changed + opened + givenUp, (prices.ChangedSituation * changed) + (prices.ChangedSession * (opened + givenUp))),
        ];
    }

    private static ObjectivePart Part(string code, string label, int quantity, double points) =>
        new() { Code = code, Label = label, Quantity = quantity, Points = Math.Round(points, 3) };
}
