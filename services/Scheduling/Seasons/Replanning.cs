using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Action = Intervision.Scheduling.V1.ReplanSeasonResponse.Types.Action;

namespace Intervision.Scheduling.Seasons;

/// <summary>What becomes of one session, and what is to be saved for it.</summary>
/// <param name="Before">Null for a session that is added.</param>
/// <param name="Decided">Null when nothing is saved.</param>
/// <param name="After">As it stands afterwards; null when cancelled.</param>
internal sealed record SessionChange(Meeting? Before, Action Action, string Reason, string French, Decided? Decided, Meeting? After);

/// <summary>All that a replanning looks at.</summary>
/// <param name="Dates">Of the rhythm as it now is, over the whole season.</param>
/// <param name="Covered">Those on which the host has a convention in force.</param>
/// <param name="Sessions">Of the season, in order of time; cancelled ones too.</param>
/// <param name="Named">Convened sessions that may be moved all the same.</param>
internal sealed record Season(
    Pole Pole, IReadOnlyList<PlannedDate> Dates, IReadOnlySet<DateOnly> Covered, IReadOnlyList<Meeting> Sessions, IReadOnlySet<string> Named);

/// <summary>Lays a season again over its rhythm, moving only what must move. Pure.</summary>
internal static class Replanning
{
    // Whom it hurts to leave without a date: those who cannot move, then agendas, then empty sessions. All dearer than any way.
    private const long LossOfPinned = 100_000_000;
    private const long LossOfAgenda = 1_000_000;
    private const long LossOfEmpty = 10_000;

    public static IReadOnlyList<SessionChange> Decide(Season season, DateTimeOffset now)
    {
        var today = Paris.DateOf(now);
        var standing = season.Sessions.Where(m => m.State != SessionState.Cancelled).OrderBy(m => m.Start).ToList();
        season = season with { Dates = Open(season, standing, today) };
        var taken = Match(season, standing, today);
        var free = season.Dates
            .Where(d => d.Date > today && !taken.ContainsValue(d) && !season.Sessions.Any(m => m.State == SessionState.Cancelled && m.StandsFor(d.Date)));
        return
        [
            .. standing.Where(m => m.Date > today).Select(m => Of(season, m, taken.GetValueOrDefault(m.Id), today)),
            .. free.Select(d => Added(season, d, now)),
        ];
    }

    /// <summary>Without the days of sessions that stay there, but stand for another date of the rhythm: a pôle meets once a day.</summary>
    private static IReadOnlyList<PlannedDate> Open(Season season, List<Meeting> standing, DateOnly today)
    {
        var planned = season.Dates.Select(d => d.Date).ToHashSet();
        var occupied = standing
            .Where(m => m.Date != m.PlannedDate && planned.Contains(m.PlannedDate) && IsPinned(season, m, today))
            .Select(m => m.Date).ToHashSet();
        return [.. season.Dates.Where(d => !occupied.Contains(d.Date))];
    }

    private static Dictionary<Guid, PlannedDate> Match(Season season, List<Meeting> standing, DateOnly today)
    {
        var taken = (from meeting in standing
                     join date in season.Dates on meeting.PlannedDate equals date.Date
                     select (meeting.Id, date)).DistinctBy(t => t.date).ToDictionary(t => t.Id, t => t.date);
        foreach (var stays in standing.Where(m => !taken.ContainsKey(m.Id) && IsPinned(season, m, today)))
        {
            if (season.Dates.FirstOrDefault(d => d.Date == stays.Date) is { } day && !taken.ContainsValue(day))
            {
                taken[stays.Id] = day;
            }
        }

        var sessions = standing.Where(m => !taken.ContainsKey(m.Id)).ToList();
        var dates = season.Dates.Where(d => !taken.ContainsValue(d)).ToList();
        var pairs = Alignment.Of(
            sessions.Count,
            dates.Count,
            s => IsPinned(season, sessions[s], today) ? LossOfPinned : sessions[s].Live.Any() ? LossOfAgenda : LossOfEmpty,
            (s, d) => dates[d].Date > today || IsPinned(season, sessions[s], today) ? Math.Abs(dates[d].Date.DayNumber - sessions[s].Date.DayNumber) : null);
        foreach (var (s, d) in pairs.Index().Where(p => p.Item >= 0))
        {
            taken[sessions[s].Id] = dates[d];
        }

        return taken;
    }

    private static bool IsPinned(Season season, Meeting meeting, DateOnly today) => meeting.Date <= today || Pin(season, meeting) is not null;

    /// <summary>Why a session to come is not touched; null when it may be.</summary>
    private static (string Reason, string French)? Pin(Season season, Meeting meeting) => meeting switch
    {
        { State: > SessionState.Convened } => ("UNDER_WAY", "La séance est ouverte ou a eu lieu."),
        { State: SessionState.Convened } when !season.Named.Contains(meeting.Name) => ("CONVENED", "La séance est convoquée : elle n'est déplacée que si elle est nommée."),
        { MovedByHand: true } => ("MOVED_BY_HAND", "La date a été choisie à la main."),
        _ => null,
    };

    private static SessionChange Of(Season season, Meeting meeting, PlannedDate? date, DateOnly today)
    {
        var aim = date is null ? null : Aim(season, meeting, date);
        if (Pin(season, meeting) is var (pinned, why))
        {
            return aim is null || Difference(meeting, aim) is not null
                ? new SessionChange(meeting, Action.Left, pinned, why, Decided: null, meeting)
                : Kept(meeting);
        }

        if (aim is null)
        {
            return meeting.Live.Any()
                ? new SessionChange(meeting, Action.Left, "HAS_AGENDA", "Le rythme ne donne plus de date pour elle, mais des situations y sont inscrites.", Decided: null, meeting)
                : new SessionChange(meeting, Action.Cancelled, ReplanSeason.Replanned, "Le rythme ne donne plus de date pour elle.", Cancellation.Of(meeting, ReplanSeason.Replanned), After: null);
        }

        if (Difference(meeting, aim) is not var (reason, french))
        {
            return Kept(meeting);
        }

        // S1: as no case is placed on such a date, none is carried there.
        if (!season.Covered.Contains(aim.Date) && (meeting.Live.Any() || meeting.State == SessionState.Convened))
        {
            return new SessionChange(meeting, Action.Left, "NO_CONVENTION_IN_FORCE", $"La structure d'accueil n'a pas de convention en vigueur le {aim.Date:dd/MM/yyyy}.", Decided: null, meeting);
        }

        var warnings = season.Covered.Contains(aim.Date) ? date!.Warnings : [.. date!.Warnings, DateWarnings.NoConvention];
        var decided = Moves.Decide(meeting, aim, warnings);
        return new SessionChange(meeting, Action.Moved, reason, french, decided, decided.After);
    }

    private static SessionChange Kept(Meeting meeting) => new(meeting, Action.Kept, "ON_RHYTHM", "", Decided: null, meeting);

    /// <summary>The session as the pôle would now plan it for that date. An agenda keeps its room whatever the new length.</summary>
    private static Meeting Aim(Season season, Meeting meeting, PlannedDate date) => meeting with
    {
        Date = date.Date,
        PlannedDate = date.Date,
        StartTime = season.Pole.StartTime,
        DurationMinutes = season.Pole.DurationMinutes,
        Capacity = Math.Max(season.Pole.Capacity, meeting.Live.Count()),
        Host = season.Pole.Host,
        Modality = season.Pole.Modality,
        Room = (meeting.Host, meeting.Modality) == (season.Pole.Host, season.Pole.Modality) ? meeting.Room : "",
    };

    private static (string Reason, string French)? Difference(Meeting meeting, Meeting aim) =>
        meeting.Date != aim.Date ? ("DATE_OFF_RHYTHM", $"Le rythme donne le {aim.Date:dd/MM/yyyy}.")
        : (meeting.StartTime, meeting.DurationMinutes) != (aim.StartTime, aim.DurationMinutes) ? ("TIME_CHANGED", $"Le pôle se réunit à {aim.StartTime:HH\\:mm} pour {aim.DurationMinutes} minutes.")
        : (meeting.Host, meeting.Modality) != (aim.Host, aim.Modality) ? ("PLACE_CHANGED", "Le lieu ou la modalité du pôle a changé.")
        : meeting.Start != Paris.InstantOf(aim.Date, aim.StartTime) ? ("TIME_ZONE_RULES", "Les règles de l'heure légale ont changé : l'instant est recalculé.")
        : null;

    private static SessionChange Added(Season season, PlannedDate date, DateTimeOffset now)
    {
        var added = SessionPlan.Decide(season.Pole, date, season.Covered.Contains(date.Date), now);
        return new SessionChange(Before: null, Action.Added, "DATE_WITHOUT_SESSION", "Le rythme donne cette date.", Decided: null, added);
    }
}
