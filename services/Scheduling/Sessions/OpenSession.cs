using Google.Protobuf;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>
/// Opens the session on its day, or afterwards when it was held on paper. Every consent is asked again of Intake before
/// the session is locked: nobody waits on a row while another service thinks. What changed meanwhile shows in the etag.
/// </summary>
internal sealed class OpenSession(Db db, ConsentCheck consents)
{
    public Task<OpenSessionResponse> Handle(OpenSessionRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var seen = await Read(tx, request, call);
            var asked = seen.Ahead.Select(i => i.Case).Except(request.GiveUpCases, StringComparer.Ordinal);
            var people = await People.Known(tx, seen.Invitations.Select(i => i.Professional), seen.Date);
            var answers = await consents.Ask(seen, asked, people, AsOf(seen, call.Now), call);
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Leads(m));
            var decided = Decide(meeting, answers, request.GiveUpCases, call.Now);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, decided);
            await WaitingList.Return(tx, saved.Items.Where(ComesBack).Select(i => i.Case));
            return new OpenSessionResponse { Session = SessionView.For(saved, actor), Notices = { answers.Select(a => a.Notice).OfType<ItemNotice>() } };

            bool ComesBack(Item item) =>
                item.State == AgendaItem.Types.State.Removed
                && item.Reason is GivenUp or NotScheduled or NobodyMayHear
                && meeting.Ahead.Any(i => i.Position == item.Position);
        });
    }

    internal static Decided Decide(Meeting meeting, IReadOnlyList<ConsentAnswer> answers, IReadOnlyCollection<string> givenUp, DateTimeOffset now)
    {
        MustOpen(meeting, givenUp, now);
        var after = meeting with { State = SessionState.Open };
        var said = new List<IMessage>();
        foreach (var item in meeting.Ahead)
        {
            var refusal = givenUp.Contains(item.Case) ? GivenUp : answers.Single(a => a.Case == item.Case).Reason;
            if (refusal.Length == 0)
            {
                after = after.With(item with { State = AgendaItem.Types.State.Open });
                continue;
            }

            after = after.Without(item, refusal);
            said.Add(new CaseUnscheduled { Session = meeting.Name, Case = item.Case, Reason = refusal });
        }

        return new Decided(after, said);
    }

    private const string GivenUp = "GIVEN_UP";

    /// <summary>Intake had not heard of the agenda yet: no refusal of the patient, so the case waits again.</summary>
    private const string NotScheduled = "CASE_NOT_SCHEDULED";

    /// <summary>Of those invited; others may: no refusal of the patient either.</summary>
    private const string NobodyMayHear = "NOBODY_MAY_HEAR";

    private static void MustOpen(Meeting meeting, IReadOnlyCollection<string> givenUp, DateTimeOffset now)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Convened);
        if (Paris.DateOf(now) < meeting.Date)
        {
            throw RuleBroken.NotNow("TOO_EARLY", $"La séance a lieu le {meeting.Date:dd/MM/yyyy} : elle ne s'ouvre pas avant.", "CLOCK", meeting.Name);
        }

        if (givenUp.FirstOrDefault(c => !meeting.Ahead.Any(i => i.Case == c)) is { } unknown)
        {
            throw RuleBroken.Invalid("give_up_cases", "CASE_NOT_ON_AGENDA", $"« {unknown} » n'est pas à l'ordre du jour.");
        }
    }

    /// <summary>On the day the consent is asked as of now; entered afterwards from paper, as of the session's start (DESIGN §7.12).</summary>
    private static DateTimeOffset AsOf(Meeting meeting, DateTimeOffset now) => Paris.DateOf(now) > meeting.Date ? meeting.Start : now;

    /// <summary>The session unlocked, after all checks that need no answer: Intake is not asked for nothing.</summary>
    private static async Task<Meeting> Read(Tx tx, OpenSessionRequest request, Call call)
    {
        var actor = await Actor.Of(tx, call.Caller);
        var seen = Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Find(tx, id) : null;
        if (seen is null || !actor.Leads(seen))
        {
            throw seen is null && call.Caller.Has(Roles.Coordinator) ? RuleBroken.NotFound(request.Name) : RuleBroken.Denied();
        }

        SessionVerb.MustBeCurrent(seen, request.Etag, call.Now);
        MustOpen(seen, request.GiveUpCases, call.Now);
        return seen;
    }
}
