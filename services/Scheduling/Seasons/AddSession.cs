using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Seasons;

/// <summary>One more session beside the rhythm: somebody cannot wait for the next one.</summary>
internal sealed class AddSession(Db db)
{
    public Task<AddSessionResponse> Handle(AddSessionRequest request, Call call)
    {
        call.Caller.MustOrganise(request.Pole);
        return db.Once(call, request.RequestId, request, tx => Apply(tx, request, call));
    }

    /// <summary>In the caller's transaction: a repair is several verbs in one.</summary>
    internal static async Task<AddSessionResponse> Apply(Tx tx, AddSessionRequest request, Call call)
    {
        call.Caller.MustOrganise(request.Pole);
        Validate(request);
        var pole = await Pole.LockActive(tx, request.Pole);
        var date = request.Date.ToDate()!.Value;
        var around = new Around(
            pole,
            await CalendarStore.Load(tx),
            (await Conventions.InForce(tx, pole.Host, date)).Count > 0,
            await tx.Single<bool>("select exists (select from session where pole = @Name and date = @date and state <> 'CANCELLED')", new { pole.Name, date }));
        var added = Decide(around, new MoveSession.Slot(date, request.StartTime.ToTime() ?? pole.StartTime, request.DurationMinutes > 0 ? request.DurationMinutes : pole.DurationMinutes), call.Now);
        await SessionPlan.Add(tx, added, call.Now);
        return new AddSessionResponse { Session = SessionView.For(added, await Actor.Of(tx, call.Caller)) };
    }

    /// <summary>All that the decision looks at.</summary>
    internal sealed record Around(Pole Pole, Holidays Holidays, bool ConventionInForce, bool MeetsThatDay);

    internal static Meeting Decide(Around around, MoveSession.Slot at, DateTimeOffset now)
    {
        var pole = around.Pole;
        if (at.DurationMinutes == 0 || (!pole.HasUsualTime && at.StartTime == pole.StartTime))
        {
            throw RuleBroken.Invalid("start_time", "TIME_MISSING", "Le pôle n'a pas d'heure habituelle : dites quand et combien de temps.");
        }

        if (WallClock.Wrong(at.Date, at.StartTime) is var (wrong, french))
        {
            throw No(pole, wrong, french);
        }

        if (Paris.InstantOf(at.Date, at.StartTime) <= now)
        {
            throw No(pole, "DATE_IN_THE_PAST", "La date est passée.");
        }

        if (SeasonCalendar.Refusal(pole.ToRhythm() with { StartTime = null }, around.Holidays, at.Date) is { } refused)
        {
            throw No(pole, refused.Reason, refused.French);
        }

        if (around.MeetsThatDay)
        {
            throw No(pole, "POLE_MEETS_THAT_DAY", "Le pôle a déjà une séance ce jour-là.");
        }

        if (!around.ConventionInForce)
        {
            throw No(pole, "NO_CONVENTION_IN_FORCE", "La structure d'accueil n'a pas de convention en vigueur à cette date.");
        }

        var start = Paris.InstantOf(at.Date, at.StartTime);
        return SessionPlan.Decide(pole, new PlannedDate(at.Date, SeasonCalendar.Warnings(around.Holidays, at.Date)), conventionInForce: true, now) with
        {
            StartTime = at.StartTime,
            DurationMinutes = at.DurationMinutes,
            Start = start,
            End = start.AddMinutes(at.DurationMinutes),
            Capacity = pole.CapacityOf(at.DurationMinutes),
            MovedByHand = true,
        };
    }

    private static void Validate(AddSessionRequest request)
    {
        var broken = new Violations();
        MoveSession.CheckSlot(broken, request.Date, request.StartTime, request.DurationMinutes);
        broken.ThrowIfAny();
    }

    private static RuleBroken No(Pole pole, string reason, string french) => RuleBroken.NotNow(reason, french, "CALENDAR", pole.Name);
}
