using Google.Protobuf;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>
/// Opens the session on its day, or afterwards when it was held on paper. Every consent is asked again of Intake before
/// the session is locked.
/// </summary>
internal sealed class OpenSession(Db db, ConsentCheck consents)
{
    public Task<OpenSessionResponse> Handle(OpenSessionRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (seen, _) = await SessionVerb.Look(tx, call, request.Name, request.Etag, (a, m) => a.Leads(m));
            // Before Intake is asked for nothing.
            MustOpen(seen, request.GiveUpCases, call.Now);
            var asked = seen.Ahead.Select(i => i.Case).Except(request.GiveUpCases, StringComparer.Ordinal);
            var people = await People.Known(tx, seen.Invitations.Select(i => i.Professional), seen.Date);
            var answers = await consents.Ask(seen, asked, people, call);
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Leads(m));
            var conventionInForce = (await Conventions.InForce(tx, meeting.Host, meeting.Date)).Count > 0;
            var decided = Warned(Decide(meeting, answers, request.GiveUpCases, call.Now), conventionInForce);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, decided);
            await WaitingList.Return(tx, saved.Items.Where(ComesBack).Select(i => i.Case));
            return new OpenSessionResponse { Session = SessionView.For(saved, actor), Notices = { answers.Select(a => a.Notice).OfType<ItemNotice>() } };

            bool ComesBack(Item item) =>
                item.State == AgendaItem.Types.State.Removed
                && (item.Reason == GivenUp || ConsentCheck.IsNoRefusal(item.Reason))
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
            var answer = givenUp.Contains(item.Case) ? new ConsentAnswer(item.Case, false, GivenUp) : answers.Single(a => a.Case == item.Case);
            var refusal = answer.Reason;
            if (refusal.Length == 0)
            {
                after = after.With(item with { State = AgendaItem.Types.State.Open, PatientExpected = answer.Notice?.PatientWishesToAttend ?? false });
                continue;
            }

            after = after.Without(item, refusal);
            said.Add(new CaseUnscheduled { Session = meeting.Name, Case = item.Case, Reason = refusal });
        }

        return new Decided(after, said);
    }

    /// <summary>S1 on the day itself: a convention that ended after people were convened sends nobody home, and is not passed over either.</summary>
    internal static Decided Warned(Decided opened, bool conventionInForce) =>
        conventionInForce || opened.After.Warnings.Contains(DateWarnings.NoConvention, StringComparer.Ordinal)
            ? opened
            : opened with { After = opened.After with { Warnings = [.. opened.After.Warnings, DateWarnings.NoConvention] } };

    private const string GivenUp = "GIVEN_UP";

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
}
