using Intervision.Scheduling.Directory;
using Intervision.ServiceDefaults.Time;
using Obstacle = Intervision.Scheduling.V1.ProposePlanResponse.Types.Obstacle;

namespace Intervision.Scheduling.Proposals;

/// <summary>An earlier place for a case that can no longer wait for its turn. Pure.</summary>
internal static class UrgentRepairs
{
    private const int Places = 3;
    private const string NotOffered = "La date n'est pas parmi les disponibilités données avec la demande.";

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
        var roomy = usable.Where(s => region.Room(s) > 0).ToList();
        var full = usable.Where(s => region.Room(s) <= 0).ToList();
        return
        [
            .. roomy.Take(Places).Select(s => Placed(region, pole, of, now, s)),
            .. full.Take(Places).Select(s => InsteadOf(region, pole, of, now, s, days, wishes)).OfType<Way>(),
            .. NewDates(region, pole, of, today, now?.Date ?? last).Take(1).Select(date => OnItsOwn(region, pole, of, now, date)),
        ];
    }

    /// <summary>What stands in the way where there is no way: of each session ahead, and of each usual day without one.</summary>
    public static IEnumerable<Obstacle> Obstacles(RegionSnapshot region, Pole pole, CaseAhead of, DateOnly today, DateOnly last)
    {
        if (!pole.IsActive || pole.Programme != of.Programme || !pole.HasUsualTime)
        {
            return [WhyNot.Obstacle(!pole.IsActive ? "POLE_NOT_ACTIVE" : pole.Programme != of.Programme ? "OTHER_PROGRAMME" : "POLE_WITHOUT_TIME", 0)];
        }

        var wishes = new Wishes(today, today, last, AsTheyStand: true);
        var days = PoleDays.Of(pole, region, today, today, last, asTheyStand: true);
        var reasons = region.Sessions.Where(s => s.Id != of.SessionId)
            .Select(s => s.FreezeTime is not null && !of.Urgent ? "AGENDA_FROZEN" : RegionProblem.Bar(AsUrgent(of), pole, days, s.Date, region, wishes) ?? Planning.Obstacles.SessionFull)
            .Concat(UsualDays(pole, today, last).Where(d => !days.Standing.ContainsKey(d)).Select(d => WhyNoSession(region, pole, today, d)).OfType<string>());
        return reasons.CountBy(r => r, StringComparer.Ordinal).OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => WhyNot.Obstacle(r.Key, r.Value));
    }

    private static IEnumerable<DateOnly> NewDates(RegionSnapshot region, Pole pole, CaseAhead of, DateOnly today, DateOnly before) =>
        pole is { IsActive: true, HasUsualTime: true, Capacity: > 0 } && pole.Programme == of.Programme
            ? UsualDays(pole, today, before.AddDays(-1)).Where(d => !region.Sessions.Any(s => s.Date == d) && WhyNoSession(region, pole, today, d) is null)
            : [];

    private static IEnumerable<DateOnly> UsualDays(Pole pole, DateOnly from, DateOnly to) =>
        Enumerable.Range(from.DayNumber, Math.Max(0, to.DayNumber - from.DayNumber + 1)).Select(DateOnly.FromDayNumber).Where(d => (int)d.DayOfWeek == pole.Weekday % 7);

    private static string? WhyNoSession(RegionSnapshot region, Pole pole, DateOnly today, DateOnly date) =>
        PoleDays.Refusal(pole, region, today, date)
            ?? (region.ElsewhereDays[region.Coordinators[pole.Name]].Contains(date) ? Planning.Obstacles.CoordinatorTaken
                : region.LacksReferent(pole, date) ? "REFERENT_AWAY"
                : pole.Modality != Membership.V1.Modality.Video.Code() && region.IsTaken(pole.Host, pole, date) ? "ROOM_TAKEN"
                : null);

    private static Way OnItsOwn(RegionSnapshot region, Pole pole, CaseAhead of, StandingSession? now, DateOnly date)
    {
        var missing = of.People.Where(p => region.IsTaken(p, pole, date)).ToList();
        return new Way(
            $"Ajouter une séance le {date:dd/MM/yyyy} et y inscrire la situation.",
            Steps.AddSession(pole.Name, date),
            now is null ? Steps.PlaceCaseThere(of) : Steps.MoveCaseThere(now, of, "SITUATION_WORSENED"))
        {
            Changes = 2,
            WaitingAdded = now is null ? 0 : date.DayNumber - now.Date.DayNumber,
            Lost = missing,
            Gained = now is null ? [.. of.People.Except(missing)] : [],
            RequiredMissing = pole.AttendingPhysicianRequired && missing.Contains(of.AttendingPhysician),
            Warnings = [.. Calendar.SeasonCalendar.Warnings(region.Holidays, date), .. of.IsOffered(date) ? Array.Empty<string>() : [NotOffered]],
        };
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
        Warnings = of.IsOffered(to.Date) ? [] : [NotOffered],
    };

    /// <summary>The last come of those that are not urgent makes room, for the next session that takes it.</summary>
    private static Way? InsteadOf(RegionSnapshot region, Pole pole, CaseAhead of, StandingSession? now, StandingSession to, PoleDays days, Wishes wishes)
    {
        var makesRoom = region.Cases.LastOrDefault(c => c.SessionId == to.Id && !c.Urgent);
        var next = makesRoom is null ? null : region.Sessions.FirstOrDefault(s =>
            s.Date > to.Date && region.Room(s) > (s.Id == now?.Id && HasSeatBeyond(region, pole, s) ? -1 : 0) && RegionProblem.Bar(makesRoom, pole, days, s.Date, region, wishes) is null);
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

    /// <summary>The urgent case leaves only once the other has come: for that instant there is one more than planned.</summary>
    private static bool HasSeatBeyond(RegionSnapshot region, Pole pole, StandingSession session) => region.Cases.Count(c => c.SessionId == session.Id) < pole.MaximumCases;

    private static bool IsTaken(RegionSnapshot region, Pole pole, string person, StandingSession at) =>
        region.IsTaken(person, at.StartInstant, at.EndInstant, pole.Name);

    /// <summary>Notice is for others: this one cannot wait.</summary>
    private static CaseAhead AsUrgent(CaseAhead of) => new()
    {
        Name = of.Name, Pole = of.Pole, Programme = of.Programme, Requester = of.Requester, AttendingPhysician = of.AttendingPhysician, PhysicianAbsence = of.PhysicianAbsence, Actors = of.Actors,
        Availabilities = of.Availabilities, ReadyTime = of.ReadyTime, Urgent = true, SessionId = of.SessionId,
    };
}
