using Intervision.ServiceDefaults.Time;
using static Intervision.Scheduling.V1.ProposeRepairResponse.Types;

namespace Intervision.Scheduling.Proposals;

/// <summary>Where steps bring cases: read from the steps themselves, so that what is said is what would be done. Pure.</summary>
internal static class CasesMoved
{
    /// <summary>The session that a step adds has no name yet.</summary>
    private const string Added = "";

    public static IEnumerable<CaseMoved> By(IEnumerable<Step> steps, RegionSnapshot region)
    {
        var names = region.Sessions.ToDictionary(s => s.Id, s => s.Name);
        var dates = region.Sessions.ToDictionary(s => s.Name, s => s.Date, StringComparer.Ordinal);
        var before = region.Cases.Where(c => c.SessionId is not null).ToDictionary(c => c.Name, c => names[c.SessionId!.Value], StringComparer.Ordinal);
        var (after, later) = (before.ToDictionary(StringComparer.Ordinal), dates.ToDictionary(StringComparer.Ordinal));
        foreach (var step in steps)
        {
            Follow(step, after, later);
        }

        return from c in region.Cases
               let old = before.TryGetValue(c.Name, out var left) ? dates[left] : (DateOnly?)null
               let now = after.TryGetValue(c.Name, out var reached) ? later[reached] : (DateOnly?)null
               where old != now
               orderby c.Name
               select new CaseMoved
               {
                   Case = c.Name,
                   FromDate = old?.ToProto(),
                   ToDate = now?.ToProto(),
                   WaitingDays = now is null ? 0 : Math.Max(0, now.Value.DayNumber - Paris.DateOf(c.ReadyTime).DayNumber),
               };
    }

    private static void Follow(Step step, Dictionary<string, string> agendas, Dictionary<string, DateOnly> dates)
    {
        switch (step.Verb)
        {
            case "AddSession":
                dates[Added] = step.Date.ToDate()!.Value;
                break;
            case "MoveSession":
                dates[step.Session] = step.Date.ToDate()!.Value;
                break;
            case "PlaceCase":
                agendas[step.Case] = step.Session;
                break;
            case "MoveCase":
                agendas[step.Case] = step.ToSession;
                break;
            case "CancelSession":
                foreach (var of in agendas.Where(a => a.Value == step.Session).Select(a => a.Key).ToList())
                {
                    agendas.Remove(of);
                }

                break;
            default:
                // Whoever leads or is the expert, and where: no case goes anywhere.
                break;
        }
    }
}
