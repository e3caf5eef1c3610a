using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Seasons;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Agendas;

/// <summary>Puts the waiting cases of a pôle on its agendas; a pôle on demand gets a session when one waits.</summary>
internal sealed class PlaceReadyCases(Db db)
{
    /// <summary>The agenda is fixed ten days before (DOMAIN §5): a session that near takes no more cases.</summary>
    internal const int FreezeDays = 10;

    /// <summary>A session on demand leaves people two weeks to free themselves.</summary>
    private const int NoticeDays = 14;

    public Task<PlaceReadyCasesResponse> Handle(PlaceReadyCasesRequest request, Call call)
    {
        call.Caller.MustOrganise(request.Pole);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var pole = await Pole.LockActive(tx, request.Pole);
            var today = Paris.DateOf(call.Now);
            var sessions = await MeetingStore.LockOpenForPlacing(tx, pole.Name, after: today.AddDays(FreezeDays));
            var queue = await WaitingList.LockQueue(tx, pole.Name, pole.Programme);
            var (filled, rest) = Placement.Decide(sessions, queue);
            if (pole.IsOnDemand && pole.HasUsualTime && rest.Count > 0)
            {
                var added = await PlanOnDemand(tx, pole, today.AddDays(NoticeDays), rest.Count, call.Now);
                var (more, stillRest) = Placement.Decide(added, rest);
                (filled, rest) = ([.. filled, .. more], stillRest);
            }

            await Save(tx, call, filled);
            return new PlaceReadyCasesResponse { Placements = { filled.SelectMany(ToProto) }, StillWaiting = rest.Count };
        });
    }

    /// <summary>As many sessions as the cases need, on the next usual weekdays that are free and covered by a convention.</summary>
    private static async Task<IReadOnlyList<Meeting>> PlanOnDemand(Tx tx, Pole pole, DateOnly from, int cases, DateTimeOffset now)
    {
        var holidays = await CalendarStore.Load(tx);
        var rhythm = pole.ToRhythm(await SeasonRulesStore.For(tx, pole, said: null));
        var taken = (await tx.Query<DateOnly>("select date from session where pole = @Name", new { pole.Name })).ToHashSet();
        var added = new List<Meeting>();
        for (var room = 0; room < cases && pole.Capacity > 0; room += pole.Capacity)
        {
            var date = SeasonCalendar.Next(rhythm, holidays, from, d => !taken.Contains(d));
            if (date is null || (await Conventions.InForce(tx, pole.Host, date.Date)).Count == 0)
            {
                break;
            }

            var meeting = SessionPlan.Decide(pole, date, conventionInForce: true, now);
            await SessionPlan.Add(tx, meeting, now);
            added.Add(meeting);
            taken.Add(date.Date);
        }

        return added;
    }

    private static async Task Save(Tx tx, Call call, IReadOnlyList<Filled> filled)
    {
        foreach (var (before, decided, _) in filled)
        {
            SessionVerb.MustBeCurrent(before, before.Etag, call.Now);
            await MeetingStore.Save(tx, call.Now, before, decided);
        }

        await WaitingList.Take(tx, filled.SelectMany(f => f.Added).Select(i => i.Case));
    }

    private static IEnumerable<PlaceReadyCasesResponse.Types.Placement> ToProto(Filled filled) =>
        filled.Added.Select(i => new PlaceReadyCasesResponse.Types.Placement { Case = i.Case, Session = filled.Before.Name, Position = i.Position });
}
