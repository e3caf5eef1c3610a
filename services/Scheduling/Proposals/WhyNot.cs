using Intervision.Scheduling.Planning;
using static Intervision.Scheduling.V1.ProposePlanResponse.Types;

namespace Intervision.Scheduling.Proposals;

/// <summary>Why a case finds no place, constraint by constraint. Pure.</summary>
internal static class WhyNot
{
    public static Unplaced Of(CaseAhead refused, string reason) =>
        new() { Case = refused.Name, Pole = refused.Pole, Impossible = true, Obstacles = { Obstacle(reason, 0) } };

    /// <summary>The planner's reasons, where it says "no session" or "référent away" replaced by what is behind that.</summary>
    public static Unplaced Of(RegionProblem region, LeftOutSituation left)
    {
        var of = region.Cases[left.Situation];
        var behind = Behind(region, left.Situation).CountBy(r => r).ToList();
        var said = left.Obstacles.Where(o => o.Reason != Obstacles.ReferentAway).Select(o => (o.Reason, o.Days)).ToList();
        var all = behind.Select(b => (Reason: b.Key, Days: b.Value)).Concat(said)
            // Days on which nobody thought of meeting say least.
            .OrderBy(o => o.Reason == Obstacles.NoSessionThatDay).ThenByDescending(o => o.Days).ThenBy(o => o.Reason, StringComparer.Ordinal);
        return new Unplaced { Case = of.Name, Pole = of.Pole, Impossible = !left.Ever, Obstacles = { all.Select(o => Obstacle(o.Reason, o.Days)) } };
    }

    private static IEnumerable<string> Behind(RegionProblem region, int index)
    {
        var (of, situation) = (region.Cases[index], region.Problem.Situations[index]);
        var (pole, days) = (region.Poles[situation.Pole], region.PoleDays[situation.Pole]);
        return from day in Placing.WindowOf(region.Problem, situation)
               let date = region.Days[day]
               where days.Concerns(date)
               let reason = RegionProblem.Bar(of, pole, days, date, region.Region, region.Wishes)
               where reason is not null
               select reason;
    }

    internal static Obstacle Obstacle(string reason, int days) => new() { Reason = reason, Days = days, Message = French(reason) };

    internal static string French(string reason) => reason switch
    {
        "REFERENT_AWAY" => "Le pôle est sans référent ce jour-là, ou son référent est pris par une autre séance.",
        "DATE_NOT_OFFERED" => "La date n'est pas parmi les disponibilités données avec la demande.",
        "AGENDA_FROZEN" => "L'ordre du jour est arrêté.",
        "PHYSICIAN_REASON_MISSING" => "Les personnes sont convoquées, et le médecin traitant de la situation ne peut pas l'être : dites d'abord pourquoi.",
        "NOTICE_TOO_SHORT" => "Le délai de prévenance est trop court.",
        "NO_CONVENTION_IN_FORCE" => "La structure d'accueil n'a pas de convention en vigueur.",
        "PUBLIC_HOLIDAY" => "C'est un jour férié.",
        "SCHOOL_HOLIDAY" => "Ce sont les vacances scolaires, où le pôle ne se réunit pas.",
        "CLOSED_MONTH" => "Le programme n'a pas de séance ce mois-là.",
        "POLE_NOT_ACTIVE" => "Le pôle n'est pas actif.",
        "POLE_WITHOUT_TIME" => "Le pôle n'a ni jour ni heure habituels, ni séance.",
        "OTHER_PROGRAMME" => "La situation relève d'un autre programme que le pôle.",
        Obstacles.NoSessionThatDay => "Le pôle ne se réunit pas ce jour-là.",
        Obstacles.CoordinatorAway or Obstacles.CoordinatorTaken => "La coordination du pôle est prise par un autre pôle.",
        "ROOM_TAKEN" => "La structure d'accueil est prise par une autre séance.",
        Obstacles.MonthFull => "Le pôle a déjà la séance que son rythme lui donne.",
        Obstacles.SessionFull => "La séance est complète.",
        Obstacles.NotWorthIt => "C'est possible, mais aux dépens d'autres situations.",
        Obstacles.NoDayInWindow => "Aucun jour de la période ne convient.",
        _ => "L'heure habituelle n'existe pas, ou deux fois, ce jour-là.",
    };
}
