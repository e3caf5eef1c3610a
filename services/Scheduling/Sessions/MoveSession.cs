using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>Gives a session another date or time by hand.</summary>
internal sealed class MoveSession(Db db)
{
    public Task<MoveSessionResponse> Handle(MoveSessionRequest request, Call call) => db.Once(call, request.RequestId, request, tx => Apply(tx, request, call));

    /// <summary>In the caller's transaction: a repair is several verbs in one.</summary>
    internal static async Task<MoveSessionResponse> Apply(Tx tx, MoveSessionRequest request, Call call)
    {
        // The pôle is locked before its sessions, as by every planning: two sessions do not take one day.
        await LockPole(tx, request.Name);
        var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        Validate(request);
        var to = new Slot(request.Date.ToDate()!.Value, request.StartTime.ToTime() ?? meeting.StartTime, request.DurationMinutes > 0 ? request.DurationMinutes : meeting.DurationMinutes);
        var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, to, await Gather(tx, meeting, to), call.Now));
        await Moves.Rebook(tx, saved);
        return new MoveSessionResponse { Session = SessionView.For(saved, actor) };
    }

    /// <summary>When, in civil time.</summary>
    internal sealed record Slot(DateOnly Date, TimeOnly StartTime, int DurationMinutes);

    /// <summary>All that the decision looks at.</summary>
    /// <param name="OtherThatDay">Whether the pôle meets already on the new date.</param>
    /// <param name="Availabilities">By case, e.g. 2026-10-02/NOON; none: none were given.</param>
    internal sealed record Around(
        Pole Pole, Holidays Holidays, bool ConventionInForce, bool OtherThatDay, IReadOnlyDictionary<string, string[]> Availabilities);

    internal static Decided Decide(Meeting meeting, Slot to, Around around, DateTimeOffset now)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        MustBePossible(meeting, to, around, now);
        return Moves.Decide(
            meeting,
            meeting with
            {
                Date = to.Date,
                StartTime = to.StartTime,
                DurationMinutes = to.DurationMinutes,
                Capacity = around.Pole.CapacityOf(to.DurationMinutes),
                MovedByHand = true,
            },
            Warnings(meeting, to, around));
    }

    private static void MustBePossible(Meeting meeting, Slot to, Around around, DateTimeOffset now)
    {
        if (to == new Slot(meeting.Date, meeting.StartTime, meeting.DurationMinutes))
        {
            throw No(meeting, "NOTHING_CHANGES", "La séance est déjà à cette date et à cette heure.");
        }

        if (WallClock.Wrong(to.Date, to.StartTime) is var (wrong, french))
        {
            throw No(meeting, wrong, french);
        }

        if (Paris.InstantOf(to.Date, to.StartTime) <= now)
        {
            throw No(meeting, "DATE_IN_THE_PAST", "La nouvelle date est passée.");
        }

        if (SeasonCalendar.Refusal(around.Pole.ToRhythm() with { StartTime = null }, around.Holidays, to.Date) is { } refused)
        {
            throw No(meeting, refused.Reason, refused.French);
        }

        if (around.OtherThatDay)
        {
            throw No(meeting, "POLE_MEETS_THAT_DAY", "Le pôle a déjà une séance ce jour-là.");
        }

        if (!around.ConventionInForce && (meeting.Live.Any() || meeting.State == SessionState.Convened))
        {
            throw No(meeting, "NO_CONVENTION_IN_FORCE", "La structure d'accueil n'a pas de convention en vigueur à la nouvelle date.");
        }

        if (around.Pole.CapacityOf(to.DurationMinutes) < meeting.Live.Count())
        {
            throw No(meeting, "TOO_SHORT_FOR_AGENDA", "La séance serait trop courte pour les situations inscrites.");
        }
    }

    private static IEnumerable<string> Warnings(Meeting meeting, Slot to, Around around) =>
    [
        .. SeasonCalendar.Warnings(around.Holidays, to.Date),
        .. around.ConventionInForce ? Array.Empty<string>() : [DateWarnings.NoConvention],
        .. meeting.Ahead.Where(i => around.Availabilities.GetValueOrDefault(i.Case) is { Length: > 0 } given && !given.Any(a => HandPlacing.Suits(a, to.Date, to.StartTime)))
            .Select(i => DateWarnings.Unavailable(i.Position)),
    ];

    private static async Task<Around> Gather(Tx tx, Meeting meeting, Slot to)
    {
        var pole = await Pole.Of(tx, meeting.Pole);
        return new Around(
            pole,
            await CalendarStore.Load(tx),
            (await Conventions.InForce(tx, meeting.Host, to.Date)).Count > 0,
            await tx.Single<bool>("select exists (select from session where pole = @Pole and date = @Date and id <> @Id and state <> 'CANCELLED')", new { meeting.Pole, to.Date, meeting.Id }),
            await WaitingList.AvailabilitiesOf(tx, meeting.Ahead.Select(i => i.Case)));
    }

    private static void Validate(MoveSessionRequest request)
    {
        var broken = new Violations();
        CheckSlot(broken, request.Date, request.StartTime, request.DurationMinutes);
        broken.ThrowIfAny();
    }

    internal static void CheckSlot(Violations broken, Google.Type.Date? day, Google.Type.TimeOfDay? start, int minutes)
    {
        var date = day.ToDate();
        if (broken.Check(date is not null, "date", "DATE_INVALID", "La date manque ou n'existe pas."))
        {
            broken.Check(date!.Value.Year is >= 2000 and <= 2100, "date", "DATE_OUT_OF_RANGE", "La date est hors du calendrier.");
        }

        broken.Check(start is null || start.ToTime() is not null, "start_time", "TIME_INVALID", "L'heure n'existe pas.");
        broken.Check(minutes is 0 or (>= 15 and <= 480), "duration_minutes", "DURATION_INVALID", "La durée doit être comprise entre 15 et 480 minutes.");
    }

    private static Task LockPole(Tx tx, string session) =>
        tx.Query<string>("select p.name from pole p where p.name = (select pole from session where id = @id) for update of p", new { id = Meeting.IdOf(session) });

    private static RuleBroken No(Meeting meeting, string reason, string french) => RuleBroken.NotNow(reason, french, "CALENDAR", meeting.Name);
}
