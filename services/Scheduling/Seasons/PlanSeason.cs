using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Seasons;

/// <summary>
/// Plans the sessions of a pôle over a season. A date on which a session stands already, or for which one stands that was
/// moved or cancelled, is left alone: planning again changes nothing.
/// </summary>
/// <remarks>
/// Decision: a date on which the host has no convention in force is planned with a warning, not skipped. Conventions are
/// renewed during the season, usually in their last weeks, and a date not planned would be lost to the rhythm. The risk is
/// held elsewhere: no case is placed on such a date, its agenda is cancelled at the freeze if the renewal has not come
/// (NO_CONVENTION_IN_FORCE), and ConveneSession refuses (S1).
/// </remarks>
internal sealed class PlanSeason(Db db)
{
    private const int LongestDays = 732;

    /// <summary>Further off, a date is a slip of the pen; and the calendar's arithmetic stays within its years.</summary>
    private static readonly DateOnly Earliest = new(2000, 1, 1);
    private static readonly DateOnly Latest = new(2100, 12, 31);

    public Task<PlanSeasonResponse> Handle(PlanSeasonRequest request, Call call)
    {
        call.Caller.MustOrganise(request.Pole);
        var (first, last) = Validate(request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var pole = await Pole.LockActive(tx, request.Pole);
            var rules = await SeasonRulesStore.For(tx, pole, request.Rules);
            var dates = SeasonCalendar.Dates(pole.ToRhythm(rules), await CalendarStore.Load(tx), first, last);
            var existing = await MeetingStore.LockSeason(tx, pole.Name, first, last);
            var covered = await Conventions.InForce(tx, pole.Host, [.. dates.Planned.Select(d => d.Date)]);
            var added = dates.Planned
                .Where(d => !existing.Any(m => m.StandsFor(d.Date)))
                .Select(d => SessionPlan.Decide(pole, d, covered.Contains(d.Date), call.Now))
                .ToList();
            foreach (var meeting in added)
            {
                await SessionPlan.Add(tx, meeting, call.Now);
            }

            var actor = await Actor.Of(tx, call.Caller);
            return new PlanSeasonResponse
            {
                Sessions = { existing.Concat(added).OrderBy(m => m.Date).Select(m => SessionView.For(m, actor)) },
                SkippedDates = { ToProto(dates.Skipped) },
            };
        });
    }

    internal static IEnumerable<PlanSeasonResponse.Types.SkippedDate> ToProto(IEnumerable<SkippedDate> skipped) =>
        skipped.Select(s => new PlanSeasonResponse.Types.SkippedDate { Date = s.Date.ToProto(), Reason = s.Reason, Message = s.French });

    private static (DateOnly First, DateOnly Last) Validate(PlanSeasonRequest request)
    {
        var broken = new Violations();
        var season = Validate(broken, request.FirstDate, request.LastDate, request.Rules);
        broken.ThrowIfAny();
        return season;
    }

    internal static (DateOnly First, DateOnly Last) Validate(Violations broken, Google.Type.Date? firstDate, Google.Type.Date? lastDate, SeasonRules? rules)
    {
        broken.Check(firstDate.ToDate() is not null, "first_date", "DATE_INVALID", "Le premier jour manque ou n'existe pas.");
        broken.Check(lastDate.ToDate() is not null, "last_date", "DATE_INVALID", "Le dernier jour manque ou n'existe pas.");
        if (firstDate.ToDate() is { } first && lastDate.ToDate() is { } last)
        {
            broken.Check(first >= Earliest, "first_date", "DATE_OUT_OF_RANGE", $"Pas avant {Earliest.Year}.");
            broken.Check(last <= Latest, "last_date", "DATE_OUT_OF_RANGE", $"Pas après {Latest.Year}.");
            broken.Check(first <= last, "last_date", "SEASON_ENDS_BEFORE_START", "Le dernier jour précède le premier.");
            broken.Check(last.DayNumber - first.DayNumber <= LongestDays, "last_date", "SEASON_TOO_LONG", "Une saison couvre au plus deux ans.");
        }

        Rules.Check(broken, rules);
        return (firstDate.ToDate() ?? Earliest, lastDate.ToDate() ?? Latest);
    }
}
