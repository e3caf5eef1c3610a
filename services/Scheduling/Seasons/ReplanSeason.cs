using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using static Intervision.Scheduling.V1.ReplanSeasonResponse.Types;
using Action = Intervision.Scheduling.V1.ReplanSeasonResponse.Types.Action;

namespace Intervision.Scheduling.Seasons;

/// <summary>Follows what changed in a pôle's rhythm, day, time, host or calendar, moving only what must move.</summary>
internal sealed class ReplanSeason(Db db)
{
    /// <summary>Why a session without an agenda was cancelled for which no date is left.</summary>
    internal const string Replanned = "SEASON_REPLANNED";

    private const int MostNamed = 100;

    public Task<ReplanSeasonResponse> Handle(ReplanSeasonRequest request, Call call)
    {
        call.Caller.MustOrganise(request.Pole);
        var (first, last) = Validate(request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var pole = await Pole.LockActive(tx, request.Pole);
            var (season, skipped) = await Gather(tx, pole, request, first, last);
            var changes = Replanning.Decide(season, call.Now);
            if (!request.DryRun)
            {
                await Save(tx, changes, call.Now);
            }

            return new ReplanSeasonResponse { Changes = { changes.Select(c => ToProto(c, request.DryRun)) }, SkippedDates = { PlanSeason.ToProto(skipped) } };
        });
    }

    private static async Task<(Season Season, IReadOnlyList<SkippedDate> Skipped)> Gather(Tx tx, Pole pole, ReplanSeasonRequest request, DateOnly first, DateOnly last)
    {
        var rhythm = pole.ToRhythm(await SeasonRulesStore.For(tx, pole, request.Rules));
        var holidays = await CalendarStore.Load(tx);
        var sessions = await MeetingStore.LockSeason(tx, pole.Name, first, last);
        var dates = pole.IsOnDemand ? OnDemand(pole, rhythm, holidays, sessions, await MeetingStore.DaysAfter(tx, pole.Name, last)) : SeasonCalendar.Dates(rhythm, holidays, first, last);
        var covered = await Conventions.InForce(tx, pole.Host, [.. dates.Planned.Select(d => d.Date)]);
        return (new Season(pole, dates.Planned, covered, sessions, request.ConvenedSessions.ToHashSet(StringComparer.Ordinal)), dates.Skipped);
    }

    /// <summary>Without a rhythm a session stays in its week, on the usual day or the next that will do.</summary>
    /// <param name="beyond">Days after the season that are taken: the next that will do may be there.</param>
    private static SeasonDates OnDemand(Pole pole, PoleRhythm rhythm, Holidays holidays, IReadOnlyList<Meeting> sessions, IReadOnlySet<DateOnly> beyond)
    {
        var dates = new List<PlannedDate>();
        foreach (var meeting in sessions.Where(m => pole.HasUsualTime && m.State != SessionState.Cancelled))
        {
            if (SeasonCalendar.Next(rhythm, holidays, meeting.PlannedDate, d => !beyond.Contains(d) && !dates.Exists(p => p.Date == d)) is { } date)
            {
                dates.Add(date);
            }
        }

        return new SeasonDates([.. dates.OrderBy(d => d.Date)], []);
    }

    private static async Task Save(Tx tx, IReadOnlyList<SessionChange> changes, DateTimeOffset now)
    {
        // A season moves as a whole: days and bookings are free for each other before they are taken.
        await tx.Execute("set constraints session_one_a_day deferred");
        var saved = new List<Meeting>();
        foreach (var (before, decided) in changes.Where(c => c.Decided is not null).Select(c => (c.Before!, c.Decided!)))
        {
            Etag.MustNotPrecede(now, before.ChangeTime, before.Name);
            await Bookings.Free(tx, before);
            saved.Add(await MeetingStore.Save(tx, now, before, decided));
        }

        foreach (var meeting in saved.Where(m => m.State != SessionState.Cancelled))
        {
            await Moves.Rebook(tx, meeting);
        }

        foreach (var added in changes.Where(c => c.Action == Action.Added))
        {
            await SessionPlan.Add(tx, added.After!, now);
        }

        await tx.Execute("set constraints session_one_a_day immediate");
    }

    private static Change ToProto(SessionChange change, bool dryRun) => new()
    {
        Session = change.Before?.Name ?? (dryRun ? "" : change.After!.Name),
        Action = change.Action,
        Reason = change.Reason,
        Message = change.French,
        FromDate = change.Before?.Date.ToProto(),
        ToDate = change.After?.Date.ToProto(),
        StartTime = change.After?.StartTime.ToProto(),
    };

    private static (DateOnly First, DateOnly Last) Validate(ReplanSeasonRequest request)
    {
        var broken = new Violations();
        var season = PlanSeason.Validate(broken, request.FirstDate, request.LastDate, request.Rules);
        broken.Check(request.ConvenedSessions.Count <= MostNamed, "convened_sessions", "TOO_MANY", $"Au plus {MostNamed} séances.");
        broken.ThrowIfAny();
        return season;
    }
}
