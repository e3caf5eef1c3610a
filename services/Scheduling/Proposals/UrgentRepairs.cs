using Intervision.Scheduling.Directory;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Proposals;

/// <summary>An earlier place for a case that can no longer wait for its turn. Pure.</summary>
internal static class UrgentRepairs
{
    private const int Places = 3;

    /// <param name="of">Waiting, or on the agenda of a session.</param>
    public static IEnumerable<Way> For(RegionSnapshot region, Pole pole, CaseAhead of, DateOnly today, DateOnly last)
    {
        var wishes = new Wishes(today, today, last, AsTheyStand: true);
        var days = PoleDays.Of(pole, region, today, today, last, asTheyStand: true);
        var now = region.Sessions.FirstOrDefault(s => s.Id == of.SessionId);
        var urgent = AsUrgent(of);
        var usable = region.Sessions
            .Where(s => s.Id != of.SessionId && (now is null || s.Date < now.Date) && (s.FreezeTime is null || of.Urgent))
            .Where(s => RegionProblem.Bar(urgent, pole, days, s.Date, region, wishes) is null)
            .ToList();
        var roomy = usable.Where(s => SessionRepairs.Room(region, s) > 0).ToList();
        var full = usable.Where(s => SessionRepairs.Room(region, s) <= 0).ToList();
        return [.. roomy.Take(Places).Select(s => Placed(region, pole, of, now, s)), .. full.Take(Places).Select(s => InsteadOf(region, pole, of, now, s, days, wishes)).OfType<Way>()];
    }

    private static Way Placed(RegionSnapshot region, Pole pole, CaseAhead of, StandingSession? now, StandingSession to) => new(
        $"Inscrire la situation à la séance du {to.Date:dd/MM/yyyy}.",
        now is null ? Steps.PlaceCase(to, of) : Steps.MoveCase(now, of, to, "SITUATION_WORSENED"))
    {
        Changes = 1,
        WaitingAdded = now is null ? 0 : to.Date.DayNumber - now.Date.DayNumber,
        Lost = [.. of.People.Where(p => IsTaken(region, pole, p, to))],
        Gained = now is null ? [.. of.People.Where(p => !IsTaken(region, pole, p, to))] : [],
        RequiredMissing = pole.AttendingPhysicianRequired && of.AttendingPhysician.Length > 0 && IsTaken(region, pole, of.AttendingPhysician, to),
        Warnings = of.IsOffered(to.Date) ? [] : ["La date n'est pas parmi les disponibilités données avec la demande."],
    };

    /// <summary>The last come of those that are not urgent makes room, for the next session that takes it.</summary>
    private static Way? InsteadOf(RegionSnapshot region, Pole pole, CaseAhead of, StandingSession? now, StandingSession to, PoleDays days, Wishes wishes)
    {
        var makesRoom = region.Cases.LastOrDefault(c => c.SessionId == to.Id && !c.Urgent);
        var next = makesRoom is null ? null : region.Sessions.FirstOrDefault(s =>
            s.Date > to.Date && SessionRepairs.Room(region, s) > (s.Id == now?.Id ? -1 : 0) && RegionProblem.Bar(makesRoom, pole, days, s.Date, region, wishes) is null);
        if (makesRoom is null || next is null)
        {
            return null;
        }

        var placed = Placed(region, pole, of, now, to);
        return placed with
        {
            French = $"Inscrire la situation à la séance du {to.Date:dd/MM/yyyy}, à la place d'une autre qui passe au {next.Date:dd/MM/yyyy}.",
            Steps = [Steps.MoveCase(to, makesRoom, next, "MORE_URGENT_CASE"), .. placed.Steps],
            Changes = 2,
            WaitingAdded = placed.WaitingAdded + next.Date.DayNumber - to.Date.DayNumber,
            Lost = [.. placed.Lost.Union(makesRoom.People.Where(p => IsTaken(region, pole, p, next)), StringComparer.Ordinal)],
        };
    }

    private static bool IsTaken(RegionSnapshot region, Pole pole, string person, StandingSession at) =>
        region.IsTaken(person, at.StartInstant, at.EndInstant, pole.Name);

    /// <summary>Notice is for others: this one cannot wait.</summary>
    private static CaseAhead AsUrgent(CaseAhead of) => new()
    {
        Name = of.Name, Pole = of.Pole, Programme = of.Programme, Requester = of.Requester, AttendingPhysician = of.AttendingPhysician, Actors = of.Actors,
        Availabilities = of.Availabilities, ReadyTime = of.ReadyTime, Urgent = true, SessionId = of.SessionId,
    };
}
