using Intervision.Scheduling.Planning;
using Intervision.ServiceDefaults.Time;
using Incident = Intervision.Scheduling.V1.ProposeRepairRequest.Types.Incident;

namespace Intervision.Scheduling.Proposals;

/// <summary>Ways out for a session that cannot be held as it stands. Pure.</summary>
internal static class SessionRepairs
{
    private const int Substitutes = 3;
    private const int Dates = 3;
    private const int OtherSessions = 2;
    private const int LookAheadDays = 42;
    private const int NearDays = 4;
    private const int Iterations = 20_000;

    public static IEnumerable<Way> For(RepairScene scene) => scene.Incident switch
    {
        Incident.ExpertDeclined => [.. Experts(scene), WithoutExpert(scene), .. Moved(scene), .. Dissolved(scene)],
        Incident.FacilitatorAway => [.. Facilitators(scene), .. Moved(scene), .. Dissolved(scene)],
        Incident.RoomLost => [.. Rooms(scene), .. Moved(scene), .. Dissolved(scene)],
        Incident.PersonDeclined => [AsItIs(scene), .. Elsewhere(scene), .. Moved(scene)],
        _ => throw new ArgumentOutOfRangeException(nameof(scene), scene.Incident, "Not of a session."),
    };

    private static IEnumerable<Way> Experts(RepairScene scene) => scene.Substitutes.Take(Substitutes).Select(s =>
        new Way($"Remplacer l'expert par {s.Professional}.", Steps.SetExpert(scene.Session, s.Professional))
        {
            Changes = 1, Lost = [scene.Away], Gained = Newcomer(scene, s.Professional), Warnings = Charter(s.CharterAccepted),
        });

    private static Way WithoutExpert(RepairScene scene) => new("Tenir la séance sans expert, en disant pourquoi.", Steps.SetExpert(scene.Session, ""))
    {
        Changes = 1, Lost = [scene.Away], RequiredMissing = scene.Pole.ExpertRequired, ExplanationNeeded = scene.Pole.ExpertRequired,
    };

    private static IEnumerable<Way> Facilitators(RepairScene scene) => scene.Substitutes.Take(Substitutes).Select(s =>
        new Way($"Confier l'animation à {s.Professional}.", Steps.SetFacilitator(scene.Session, s.Professional))
        {
            Changes = 1, Lost = [scene.Away], Gained = Newcomer(scene, s.Professional), Warnings = Charter(s.CharterAccepted),
        });

    private static string[] Newcomer(RepairScene scene, string substitute) => scene.Before.Contains(substitute) ? [] : [substitute];

    private static string[] Charter(bool accepted) => accepted ? [] : ["Charte non acceptée."];

    private static IEnumerable<Way> Rooms(RepairScene scene) => scene.Rooms.Select(r =>
        new Way($"Se réunir dans « {r.DisplayName} » ({r.Seats} places).", Steps.AssignRoom(scene.Session, r.Name))
        {
            Changes = 1,
            Warnings = [.. Told(r.Host != scene.Session.Host, "La salle est dans une autre structure."), .. Told(r.Seats < scene.Expected.Count, $"{r.Seats} places pour {scene.Expected.Count} personnes.")],
        });

    private static string[] Told(bool when, string french) => when ? [french] : [];

    /// <summary>Nothing is done; that too is a choice.</summary>
    private static Way AsItIs(RepairScene scene) => new("Maintenir la séance sans cette personne.")
    {
        Lost = [scene.Away], RequiredMissing = scene.IsRequired(scene.Away),
    };

    /// <summary>The session on another day on which it can be led and housed; everybody else is counted.</summary>
    private static IEnumerable<Way> Moved(RepairScene scene)
    {
        var before = scene.Before;
        return (from day in Enumerable.Range(scene.Today.DayNumber, scene.Session.Date.DayNumber - scene.Today.DayNumber + LookAheadDays).Select(DateOnly.FromDayNumber)
               let distance = day.DayNumber - scene.Session.Date.DayNumber
               where distance != 0 && (day.DayOfWeek == scene.Session.Date.DayOfWeek || Math.Abs(distance) <= NearDays)
               where day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && CanMeet(scene, day)
               let after = There(scene, day)
               let lost = before.Except(after).ToList()
               orderby lost.Any(scene.IsRequired), lost.Count, Math.Abs(distance), distance
               select new Way($"Déplacer la séance au {day:dd/MM/yyyy}.", Steps.MoveSession(scene.Session, day))
               {
                   Changes = 1 + scene.Cases.Count,
                   WaitingAdded = distance * scene.Cases.Count,
                   Lost = lost,
                   Gained = [.. after.Except(before)],
                   RequiredMissing = lost.Any(scene.IsRequired),
                   Warnings = [.. Calendar.SeasonCalendar.Warnings(scene.Region.Holidays, day), .. Told(scene.Away.Length > 0, $"À confirmer avec {scene.Away}."), .. Told(MustPrepareAgain(scene, day), "La réunion préparatoire serait à refaire.")],
               }).Take(Dates);
    }

    private static bool CanMeet(RepairScene scene, DateOnly day)
    {
        var (start, end) = At(scene, day);
        return PoleDays.Refusal(scene.Pole, scene.Region, scene.Today, day) is null
            && scene.Region.IsCovered(scene.Session.Host, day)
            && scene.Pole.CapacityOf(scene.Session.DurationMinutes) >= scene.Cases.Count
            && !scene.Region.Sessions.Any(s => s.Date == day)
            && !scene.Region.ElsewhereDays[scene.Region.Coordinators[scene.Pole.Name]].Contains(day)
            && !scene.Region.IsTaken(scene.Facilitator, start, end, scene.Pole.Name)
            && !scene.Region.IsTaken(scene.Session.Expert, start, end, scene.Pole.Name)
            && (scene.IsVideo || !scene.Region.IsTaken(scene.Session.Place, start, end, scene.Pole.Name));
    }

    /// <summary>S4: in the seven days before.</summary>
    private static bool MustPrepareAgain(RepairScene scene, DateOnly day) =>
        scene.Session.PreparatoryDate is { } held && (held < day.AddDays(-7) || held >= day);

    /// <summary>Whoever declined a date may well come on another.</summary>
    private static List<string> There(RepairScene scene, DateOnly day)
    {
        var (start, end) = At(scene, day);
        return [.. scene.Expected.Where(p => !scene.Region.IsTaken(p, start, end, scene.Pole.Name)
            && scene.Cases.All(c => c.Requester != p || c.IsOffered(day)))];
    }

    private static (DateTimeOffset Start, DateTimeOffset End) At(RepairScene scene, DateOnly day) =>
        Paris.InstantOf(day, scene.Session.StartTime) is var start ? (start, start.AddMinutes(scene.Session.DurationMinutes)) : default;

    /// <summary>The situations of whoever cannot come, on the pôle's next sessions where there is room.</summary>
    private static IEnumerable<Way> Elsewhere(RepairScene scene)
    {
        var concerned = scene.Cases.Where(c => c.Involves(scene.Away)).ToList();
        var days = PoleDays.Of(scene.Pole, scene.Region, scene.Today, scene.Today, scene.Session.Date.AddDays(ProposeRepair.HorizonDays), asTheyStand: true);
        var wishes = new Wishes(scene.Today, scene.Today, scene.Session.Date.AddDays(ProposeRepair.HorizonDays), AsTheyStand: true);
        return (from other in scene.Region.Sessions
               where other.Id != scene.Session.Id && scene.Region.Room(other) >= concerned.Count
               where concerned.All(c => RegionProblem.Bar(c, scene.Pole, days, other.Date, scene.Region, wishes) is null)
               let distance = other.Date.DayNumber - scene.Session.Date.DayNumber
               let there = concerned.SelectMany(c => c.People).Distinct(StringComparer.Ordinal).Where(p => !IsTaken(scene, p, other)).ToList()
               let lost = concerned.SelectMany(c => c.People).Distinct(StringComparer.Ordinal).Except(there).Intersect(scene.Before).ToList()
               let physicianLost = scene.Pole.AttendingPhysicianRequired && concerned.Exists(c => lost.Contains(c.AttendingPhysician))
               orderby physicianLost, Math.Abs(distance), distance
               select new Way(
                   $"{Situations(concerned.Count)} à la séance du {other.Date:dd/MM/yyyy}.",
                   [.. concerned.Select(c => Steps.MoveCase(scene.Session, c, other, "PEOPLE_UNAVAILABLE"))])
               {
                   Changes = concerned.Count,
                   WaitingAdded = distance * concerned.Count,
                   Lost = lost,
                   Gained = [.. there.Except(scene.Before)],
                   RequiredMissing = physicianLost,
                   Warnings = [.. Told(scene.Cases.Count == concerned.Count, "La séance resterait sans situation."), $"À confirmer avec {scene.Away}."],
               }).Take(OtherSessions);
    }

    private static bool IsTaken(RepairScene scene, string person, StandingSession at) =>
        scene.Region.IsTaken(person, at.StartInstant, at.EndInstant, scene.Pole.Name);

    /// <summary>Called off: its cases go to other sessions as the planner would have it, the others staying where they are.</summary>
    private static IEnumerable<Way> Dissolved(RepairScene scene)
    {
        var rest = scene.Region.Without(scene.Session);
        var freed = scene.Cases.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        rest = rest with { Cases = [.. rest.Cases.Where(c => c.SessionId is not null || freed.Contains(c.Name))] };
        var problem = RegionProblem.Of(rest, new Wishes(scene.Today, scene.Today, scene.Session.Date.AddDays(ProposeRepair.HorizonDays), AsTheyStand: true));
        var plan = Planner.Search(problem.Problem, seed: 1, p => p.Iterations >= Iterations);
        var moved = problem.Cases.Index().Where(c => freed.Contains(c.Item.Name) && plan.Days[c.Index] is not null)
            .Select(c => (Case: c.Item, To: problem.PoleDays[0].Standing[problem.Days[plan.Days[c.Index]!.Value]])).ToList();
        var waiting = freed.Except(moved.Select(m => m.Case.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return
        [
            new Way(
                $"Annuler la séance : {Situations(moved.Count).ToLowerInvariant()} à d'autres séances, {waiting.Count} en attente.",
                [.. moved.Select(m => Steps.MoveCase(scene.Session, m.Case, m.To, "PEOPLE_UNAVAILABLE")), Steps.Cancel(scene.Session, CancelReason(scene.Incident))])
            {
                Changes = 1 + scene.Cases.Count,
                WaitingAdded = moved.Sum(m => m.To.Date.DayNumber - scene.Session.Date.DayNumber),
                Lost = [.. moved.SelectMany(m => m.Case.People.Where(p => IsTaken(scene, p, m.To))).Distinct(StringComparer.Ordinal)],
                CasesWaiting = waiting,
            },
        ];
    }

    internal static string Situations(int count) => count == 1 ? "Passer une situation" : $"Passer {count} situations";

    private static string CancelReason(Incident incident) => incident switch
    {
        Incident.RoomLost => "ROOM_LOST",
        Incident.FacilitatorAway => "FACILITATOR_UNAVAILABLE",
        _ => "EXPERT_UNAVAILABLE",
    };
}
