using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Proposals;

/// <summary>On which days a pôle may meet, and why not on the others of its usual weekday. Pure.</summary>
/// <param name="Standing">The session of a date.</param>
/// <param name="Stays">Dates of sessions that no plan moves.</param>
/// <param name="Open">Dates on which a session may be held that does not stay.</param>
/// <param name="Barred">Reasons, by date.</param>
internal sealed record PoleDays(
    IReadOnlyDictionary<DateOnly, StandingSession> Standing, IReadOnlySet<DateOnly> Stays, IReadOnlySet<DateOnly> Open, IReadOnlyDictionary<DateOnly, string> Barred)
{
    /// <summary>A new date leaves people two weeks to free themselves.</summary>
    internal const int NoticeDays = 14;

    /// <summary>Whether the pôle meets, or would if it could.</summary>
    public bool Concerns(DateOnly date) => Stays.Contains(date) || Open.Contains(date) || Barred.ContainsKey(date);

    /// <param name="asTheyStand">No session moves and none is added.</param>
    public static PoleDays Of(Pole pole, RegionSnapshot region, DateOnly today, DateOnly from, DateOnly to, bool asTheyStand)
    {
        var standing = region.Sessions.Where(s => s.Pole == pole.Name).ToDictionary(s => s.Date);
        var stays = standing.Values.Where(s => asTheyStand || Stands(s, pole, today)).Select(s => s.Date).ToHashSet();
        var open = new HashSet<DateOnly>();
        var barred = standing.Values.Where(s => !region.IsCovered(s.Host, s.Date)).ToDictionary(s => s.Date, _ => "NO_CONVENTION_IN_FORCE");
        foreach (var session in standing.Values.Where(s => !stays.Contains(s.Date) && !barred.ContainsKey(s.Date)))
        {
            open.Add(session.Date);
        }

        if (!asTheyStand && pole is { HasUsualTime: true, IsActive: true })
        {
            foreach (var date in NewDates(pole, region, standing, stays, from, to).Where(d => !standing.ContainsKey(d)))
            {
                if (Refusal(pole, region, today, date) is { } reason)
                {
                    barred[date] = reason;
                }
                else
                {
                    open.Add(date);
                }
            }
        }

        return new PoleDays(standing, stays, open, barred);
    }

    /// <summary>Why no session may be added on a date; null when one may.</summary>
    public static string? Refusal(Pole pole, RegionSnapshot region, DateOnly today, DateOnly date)
    {
        var rhythm = region.Rhythms[pole.Name];
        return SeasonCalendar.Refusal(rhythm, region.Holidays, date)?.Reason
            ?? (SeasonCalendar.Next(rhythm with { Weekday = date.DayOfWeek }, region.Holidays, date, _ => true)?.Date != date ? "SCHOOL_HOLIDAY"
                : date < today.AddDays(NoticeDays) ? "NOTICE_TOO_SHORT"
                : region.IsCovered(pole.Host, date) ? null
                : "NO_CONVENTION_IN_FORCE");
    }

    /// <summary>People were told of it, somebody chose it, or it is too near.</summary>
    private static bool Stands(StandingSession session, Pole pole, DateOnly today) =>
        session.State != SessionState.Planned.Code() || session.FreezeTime is not null || session.MovedByHand
        || session.Capacity != pole.Capacity || session.Date <= today.AddDays(PlaceReadyCases.FreezeDays);

    /// <summary>
    /// A rhythm keeps its number of sessions: one may take another usual day of its turn. Without any session it is laid
    /// over the period; on demand every usual day will do.
    /// </summary>
    private static IEnumerable<DateOnly> NewDates(
        Pole pole, RegionSnapshot region, Dictionary<DateOnly, StandingSession> standing, HashSet<DateOnly> stays, DateOnly from, DateOnly to)
    {
        if (!pole.IsOnDemand && standing.Count == 0)
        {
            return SeasonCalendar.Dates(region.Rhythms[pole.Name], region.Holidays, from, to).Planned.Select(p => p.Date);
        }

        var turn = TurnOf(region.Rhythms[pole.Name], standing.Values, from);
        var turns = standing.Keys.Where(d => !stays.Contains(d)).Select(turn).ToHashSet();
        return Enumerable.Range(from.DayNumber, to.DayNumber - from.DayNumber + 1).Select(DateOnly.FromDayNumber)
            .Where(d => (int)d.DayOfWeek == pole.Weekday % 7 && (pole.IsOnDemand || turns.Contains(turn(d))));
    }

    /// <summary>Turns of the rhythm as the season has it: from its first date that is still ahead, else from the first day of the period.</summary>
    public static Func<DateOnly, int> TurnOf(PoleRhythm rhythm, IEnumerable<StandingSession> standing, DateOnly from)
    {
        var first = standing.Where(s => !s.MovedByHand).Select(s => s.PlannedDate).DefaultIfEmpty(from).Min();
        return day => SeasonCalendar.Turn(rhythm, first, day);
    }
}
