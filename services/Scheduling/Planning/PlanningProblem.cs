namespace Intervision.Scheduling.Planning;

/// <summary>
/// What is to be planned: days by their index, people and rooms reduced to the days on which they can be had. Everything refers by index
/// to the lists beside it. Repairing a season is the same problem with what stands already in it: see <see cref="SituationToPlace.CurrentDay"/>,
/// <see cref="SituationToPlace.Pinned"/>, <see cref="PoleToPlan.KeptSessions"/> and <see cref="PoleToPlan.CurrentSessions"/>.
/// </summary>
/// <param name="MonthOfDay">One entry a day; any number, days of one calendar month having the same.</param>
/// <param name="Coordinators">The days each coordinator is available.</param>
/// <param name="Experts">The days each expert is available; an expert attends one pôle a day.</param>
/// <param name="Poles">The pôles.</param>
/// <param name="Situations">The situations to place.</param>
/// <param name="Prices">What each quality of a plan is worth.</param>
public sealed record PlanningProblem(
    IReadOnlyList<int> MonthOfDay,
    IReadOnlyList<DaySet> Coordinators,
    IReadOnlyList<DaySet> Experts,
    IReadOnlyList<PoleToPlan> Poles,
    IReadOnlyList<SituationToPlace> Situations,
    PlanningPrices Prices)
{
    public int Days => MonthOfDay.Count;

    /// <summary>What a pôle's sessions of a day are counted with.</summary>
    internal int PeriodOf(int pole, int day) => Poles[pole].Periods is { Count: > 0 } own ? own[day] : MonthOfDay[day];

    /// <summary>The sessions every plan holds: those said to be kept, and those of the situations that stay.</summary>
    internal IEnumerable<(int Pole, int Day)> StandingSessions() =>
        Poles.Index().SelectMany(p => p.Item.KeptSessions.Days().Where(d => d < Days).Select(d => (p.Index, d)))
            .Concat(Situations.Where(s => s.Pinned).Select(s => (s.Pole, s.CurrentDay!.Value)))
            .Distinct();

    /// <summary>What makes it no problem to be planned, a sentence each: references to what is not there, numbers out of their bounds.</summary>
    public IEnumerable<string> Mistakes()
    {
        foreach (var (index, pole) in Poles.Index())
        {
            if (!Has(Coordinators, pole.Coordinator))
            {
                yield return $"pôle {index} has coordinator {pole.Coordinator}, who is not there";
            }

            if (pole.Normal < 0 || pole.Most is < 1 or > MostSeats || pole.SessionsPerMonth is < 0 or > byte.MaxValue)
            {
                yield return $"pôle {index}: a session takes 1 to {MostSeats} situations, a month 0 to {byte.MaxValue} sessions";
            }
        }

        foreach (var (index, pole) in Poles.Index().Where(p => p.Item.Periods.Count > 0 && p.Item.Periods.Count != Days))
        {
            yield return $"pôle {index} has periods for {pole.Periods.Count} days of {Days}";
        }

        foreach (var (index, s) in Situations.Index())
        {
            if (!Has(Poles, s.Pole))
            {
                yield return $"situation {index} has pôle {s.Pole}, which is not there";
            }

            if (s.Experts.Any(e => !Has(Experts, e)))
            {
                yield return $"situation {index} wishes for an expert who is not there";
            }

            if (s.Window < 0 || !(s.WaitPrice * s.Window is >= 0 and <= HighestPrice))
            {
                yield return $"situation {index}: waiting its whole window must cost 0 to {HighestPrice} points";
            }

            if (s.CurrentDay is { } day ? day < 0 || day >= Days : s.Pinned)
            {
                yield return $"situation {index} has no current day of the period to stay on";
            }
        }

        if (Prices.All().Any(price => !(price is >= 0 and <= HighestPrice)))
        {
            yield return $"prices are 0 to {HighestPrice} points";
        }
    }

    // Beyond these the search's small numbers would not do.
    private const int MostSeats = 100;
    private const double HighestPrice = 10_000;

    private static bool Has<T>(IReadOnlyList<T> list, int index) => index >= 0 && index < list.Count;
}

/// <param name="Coordinator">Index of the coordinator; the pôles of one coordinator share their days, one session a day.</param>
/// <param name="SessionDays">Days on which a session may be held at all: rhythm, holidays, convention, minimum notice.</param>
/// <param name="SessionsPerMonth">At most so many sessions in a month, or in one of its <see cref="PoleToPlan.Periods"/>.</param>
/// <param name="Normal">Situations a session takes without a price.</param>
/// <param name="Most">Situations a session takes at most.</param>
public sealed record PoleToPlan(int Coordinator, DaySet SessionDays, int SessionsPerMonth, int Normal, int Most)
{
    /// <summary>Sessions that stand whatever the plan: they cost nothing and take their coordinator's day and their place in the month.</summary>
    public DaySet KeptSessions { get; init; } = DaySet.Empty;

    /// <summary>Where its rhythm is not of months: one entry a day, the days of one period having the same. Empty: calendar months.</summary>
    public IReadOnlyList<int> Periods { get; init; } = [];

    /// <summary>Sessions of the plan to be repaired: giving one up, and opening another, costs <see cref="PlanningPrices.ChangedSession"/>.</summary>
    public DaySet CurrentSessions { get; init; } = DaySet.Empty;
}

/// <param name="Pole">Index of its pôle.</param>
/// <param name="Ready">First day it may be placed on.</param>
/// <param name="Window">Days from <paramref name="Ready"/> on within which it must be placed.</param>
/// <param name="WaitPrice">Points for each day it waits after <paramref name="Ready"/>.</param>
/// <param name="Referent">Days of its référent, who must be there.</param>
/// <param name="Gp">Days of its general practitioner, wished for.</param>
/// <param name="Experts">Indexes of the experts wished for.</param>
/// <param name="Professionals">Days of each other professional wished for.</param>
public sealed record SituationToPlace(
    int Pole, int Ready, int Window, double WaitPrice, DaySet Referent, DaySet Gp, IReadOnlyList<int> Experts, IReadOnlyList<DaySet> Professionals)
{
    /// <summary>Its day in the plan to be repaired; any other, or none, costs <see cref="PlanningPrices.ChangedSituation"/>.</summary>
    public int? CurrentDay { get; init; }

    /// <summary>It stays on <see cref="CurrentDay"/>, whoever is there.</summary>
    public bool Pinned { get; init; }
}

/// <summary>In points, thousandths being the smallest that counts. The first six are those of the model.</summary>
public sealed record PlanningPrices
{
    public double Session { get; init; } = 12;

    /// <summary>For each situation of a session above <see cref="PoleToPlan.Normal"/>.</summary>
    public double Crowded { get; init; } = 8;

    public double LeftOut { get; init; } = 200;

    /// <summary>Gained when the general practitioner is available.</summary>
    public double Gp { get; init; } = 6;

    /// <summary>Gained for each expert available and attending that pôle that day.</summary>
    public double Expert { get; init; } = 4;

    /// <summary>Gained for each other professional available.</summary>
    public double Professional { get; init; } = 1;

    public double ChangedSituation { get; init; }

    public double ChangedSession { get; init; }

    internal IEnumerable<double> All() => [Session, Crowded, LeftOut, Gp, Expert, Professional, ChangedSituation, ChangedSession];
}
