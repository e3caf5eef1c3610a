using Intervision.Scheduling.Planning;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using static Intervision.Scheduling.V1.ProposePlanResponse.Types;
using Action = Intervision.Scheduling.V1.ProposePlanResponse.Types.Action;

namespace Intervision.Scheduling.Proposals;

/// <summary>A plan in the words of those who asked for it. Pure.</summary>
internal static class PlanReport
{
    public static ProposePlanResponse Of(RegionProblem region, Plan plan)
    {
        var explained = Explanation.Of(region.Problem, plan.Days);
        return new ProposePlanResponse
        {
            Sessions = { Sessions(region, plan) },
            Placements = { Placements(region, plan).OrderBy(p => p.Date.ToDate()).ThenBy(p => p.Pole, StringComparer.Ordinal).ThenBy(p => p.Case, StringComparer.Ordinal) },
            Unplaced = { explained.Select(e => WhyNot.Of(region, e)), region.Refused.Select(r => WhyNot.Of(r.Case, r.Reason)) },
            Parts = { PlanParts.Of(region.Problem, plan.Days) },
            Objective = Math.Round(plan.Objective, 3),
            Iterations = plan.Iterations,
            Proven = plan.Proven,
        };
    }

    private static IEnumerable<Placement> Placements(RegionProblem region, Plan plan) =>
        from c in region.Cases.Index()
        where plan.Days[c.Index] is not null
        let date = region.Days[plan.Days[c.Index]!.Value]
        let index = region.Problem.Situations[c.Index].Pole
        let pole = region.Poles[index]
        let session = region.PoleDays[index].Standing.GetValueOrDefault(date)
        let people = c.Item.People
        select new Placement
        {
            Case = c.Item.Name,
            Pole = pole.Name,
            Session = session?.Name ?? "",
            Date = date.ToProto(),
            WaitingDays = Math.Max(0, date.DayNumber - Paris.DateOf(c.Item.ReadyTime).DayNumber),
            People = people.Count,
            PeopleFree = people.Count(p => !region.Region.IsTaken(p, pole, date)),
            Unchanged = session is not null && session.Id == c.Item.SessionId,
        };

    private static IEnumerable<PlannedSession> Sessions(RegionProblem region, Plan plan)
    {
        var cases = region.Cases.Index().Where(c => plan.Days[c.Index] is not null)
            .CountBy(c => (region.Problem.Situations[c.Index].Pole, Date: region.Days[plan.Days[c.Index]!.Value])).ToDictionary();
        return from pole in region.Poles.Index()
               let days = region.PoleDays[pole.Index]
               let used = cases.Keys.Where(k => k.Pole == pole.Index).Select(k => k.Date)
               from date in used.Union(days.Standing.Keys).Order()
               let count = cases.GetValueOrDefault((pole.Index, date))
               let session = days.Standing.GetValueOrDefault(date)
               select new PlannedSession
               {
                   Session = session?.Name ?? "",
                   Pole = pole.Item.Name,
                   Date = date.ToProto(),
                   Cases = count,
                   Action = session is null ? Action.Added : count > 0 || days.Stays.Contains(date) ? Action.Kept : Action.NotNeeded,
               };
    }
}
