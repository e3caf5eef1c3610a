using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Sessions;

/// <summary>
/// The table begins to speak of one situation. Consent is asked again before the session is locked, as at the opening and
/// at the end of the item (DESIGN §7.12–13).
/// </summary>
internal sealed class StartItem(Db db, ConsentCheck consents)
{
    public Task<StartItemResponse> Handle(StartItemRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (seen, _) = await SessionVerb.Look(tx, call, request.Name, request.Etag, (a, m) => a.Leads(m));
            MustStart(seen, request.Case, request.PutBack, call.Now);
            var people = await People.Known(tx, seen.Invitations.Select(i => i.Professional), seen.Date);
            var answer = (await consents.Ask(seen, [request.Case], people, call))[0];
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Leads(m));
            var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, answer, request.PutBack, call.Now));
            if (ConsentCheck.IsNoRefusal(answer.Reason))
            {
                await WaitingList.Return(tx, [answer.Case]);
            }

            return new StartItemResponse { Session = SessionView.For(saved, actor), Notice = answer.Notice };
        });
    }

    internal static Decided Decide(Meeting meeting, ConsentAnswer answer, string putBack, DateTimeOffset now)
    {
        var item = MustStart(meeting, answer.Case, putBack, now);
        var after = meeting.Running is { } running ? meeting.With(running with { StartTime = null }) : meeting;
        return answer.Allowed
            ? new Decided(after.With(item with { StartTime = now, PatientExpected = answer.Notice?.PatientWishesToAttend ?? false }))
            : new Decided(after.Without(item, answer.Reason), new CaseUnscheduled { Session = meeting.Name, Case = item.Case, Reason = answer.Reason });
    }

    private static Item MustStart(Meeting meeting, string caseName, string putBack, DateTimeOffset now)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Open);
        if (ConsentCheck.IsEnteredAfterwards(meeting, now))
        {
            throw RuleBroken.NotNow("SESSION_PAST", "La séance est saisie après coup : ses situations sont closes sans être commencées.", "CLOCK", meeting.Name);
        }

        var item = MustBeOpen(meeting, caseName);
        if (item.StartTime is not null)
        {
            throw RuleBroken.NotNow("ITEM_RUNNING", "Cette situation est déjà commencée.", "STATE", meeting.Name);
        }

        MustBeAlone(meeting, caseName, putBack);
        return item;
    }

    /// <exception cref="RuleBroken">ITEM_NOT_OPEN.</exception>
    internal static Item MustBeOpen(Meeting meeting, string caseName) =>
        meeting.Items.FirstOrDefault(i => i.Case == caseName && i.State == AgendaItem.Types.State.Open)
        ?? throw RuleBroken.NotNow("ITEM_NOT_OPEN", "Cette situation n'est pas ouverte dans la séance.", "STATE", meeting.Name, ("case", caseName));

    /// <exception cref="RuleBroken">OTHER_ITEM_RUNNING, unless that one is put back.</exception>
    internal static void MustBeAlone(Meeting meeting, string caseName, string putBack = "")
    {
        if (meeting.Running is { } running && running.Case != caseName && running.Case != putBack)
        {
            throw RuleBroken.NotNow("OTHER_ITEM_RUNNING", "Une autre situation est en cours : terminez-la ou remettez-la d'abord.", "STATE", meeting.Name);
        }
    }
}
