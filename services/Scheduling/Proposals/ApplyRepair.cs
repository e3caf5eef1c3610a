using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Rooms;
using Intervision.Scheduling.Seasons;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using static Intervision.Scheduling.V1.ProposeRepairResponse.Types;

namespace Intervision.Scheduling.Proposals;

/// <summary>
/// The alternative that somebody picked, in one transaction: the verbs it names, one after the other. They decide, refuse and say
/// as if they were called singly; a session that changed since the proposal has another etag, and nothing is done.
/// </summary>
internal sealed class ApplyRepair(Db db)
{
    private const int MostSteps = 50;
    private const int LongestExplanation = 500;

    public Task<ApplyRepairResponse> Handle(ApplyRepairRequest request, Call call) => db.Once(call, request.RequestId, request, async tx =>
    {
        await LockAll(tx, request.Steps);
        await MustOrganiseAll(tx, request.Steps, call);
        Validate(request);
        var done = new Done();
        foreach (var step in request.Steps)
        {
            await Apply(tx, step, request.Explanation.Trim(), done, call);
        }

        return new ApplyRepairResponse { Sessions = { done.Sessions.OrderBy(s => s.Date.ToDate()).ThenBy(s => s.Name, StringComparer.Ordinal) }, Warnings = { done.Warnings.Distinct(StringComparer.Ordinal) } };
    });

    private static async Task Apply(Tx tx, Step step, string explanation, Done done, Call call)
    {
        var (name, etag) = done.Current(step.Session, step.Etag);
        switch (step.Verb)
        {
            case nameof(AddSession):
                done.Adds((await AddSession.Apply(tx, new AddSessionRequest { Pole = step.Pole, Date = step.Date, StartTime = step.StartTime }, call)).Session);
                break;
            case nameof(MoveSession):
                done.Changes((await MoveSession.Apply(tx, new MoveSessionRequest { Name = name, Etag = etag, Date = step.Date, StartTime = step.StartTime }, call)).Session);
                break;
            case nameof(CancelSession):
                done.Changes((await CancelSession.Apply(tx, new CancelSessionRequest { Name = name, Etag = etag, Reason = ReasonOf(step), Explanation = explanation }, call)).Session);
                break;
            case nameof(SetFacilitator):
                done.Changes((await SetFacilitator.Apply(tx, new SetFacilitatorRequest { Name = name, Etag = etag, Facilitator = step.Professional }, call)).Session);
                break;
            case nameof(SetExpert):
                done.Changes((await SetExpert.Apply(tx, new SetExpertRequest { Name = name, Etag = etag, Expert = step.Professional, ExpertWaiverReason = explanation }, call)).Session);
                break;
            case nameof(AssignRoom):
                var assigned = await AssignRoom.Apply(tx, new AssignRoomRequest { Name = name, Etag = etag, Room = step.Room }, call);
                done.Changes(assigned.Session, assigned.Warnings);
                break;
            case nameof(PlaceCase):
                var placed = await PlaceCase.Apply(tx, new PlaceCaseRequest { Name = name, Etag = etag, Case = step.Case, Reason = step.Reason }, call);
                done.Changes(placed.Session, placed.Warnings.Select(w => w.Message));
                break;
            case nameof(MoveCase):
                var (to, toEtag) = done.Current(step.ToSession, step.ToEtag);
                var moved = await MoveCase.Apply(tx, new MoveCaseRequest { Name = name, Etag = etag, Case = step.Case, ToSession = to, ToEtag = toEtag, Reason = step.Reason }, call);
                done.Changes(moved.Session);
                done.Changes(moved.ToSession, moved.Warnings.Select(w => w.Message));
                break;
            default:
                throw RuleBroken.Invalid("steps", "STEP_UNKNOWN", "Une étape n'est pas de celles que propose ce service.");
        }
    }

    private static CancelSessionRequest.Types.Reason ReasonOf(Step step) =>
        Enum.GetValues<CancelSessionRequest.Types.Reason>().FirstOrDefault(r => r.Code() == step.Reason);

    /// <summary>In the order of every verb on several sessions: the pôles, then the sessions by date; absent ones are refused after.</summary>
    private static async Task LockAll(Tx tx, IEnumerable<Step> steps)
    {
        var sessions = steps.SelectMany(s => new[] { s.Session, s.ToSession }).Select(Meeting.IdOf).OfType<Guid>().Distinct().ToArray();
        var poles = steps.Select(s => s.Pole).Distinct(StringComparer.Ordinal).ToArray();
        await tx.Query<string>("select name from pole where name = any(@poles) or name in (select pole from session where id = any(@sessions)) order by name for update", new { sessions, poles });
        await tx.Query<Guid>("select id from session where id = any(@sessions) order by date, id for update", new { sessions });
    }

    /// <summary>Before anything is looked at: who may do one step of many learns nothing of the others.</summary>
    private static async Task MustOrganiseAll(Tx tx, IEnumerable<Step> steps, Call call)
    {
        var actor = await Actor.Of(tx, call.Caller);
        foreach (var name in steps.SelectMany(s => new[] { s.Session, s.ToSession }).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal))
        {
            SessionVerb.MustMay(call, name, actor, Meeting.IdOf(name) is { } id ? await MeetingStore.Find(tx, id) : null, (a, m) => a.Organises(m));
        }
    }

    private static void Validate(ApplyRepairRequest request)
    {
        var broken = new Violations();
        broken.Check(request.Steps.Count > 0, "steps", "STEPS_MISSING", "Rien n'est à faire.");
        broken.Check(request.Steps.Count <= MostSteps, "steps", "TOO_MANY", $"Au plus {MostSteps} étapes.");
        broken.Check(request.Explanation.Length <= LongestExplanation, "explanation", "TEXT_TOO_LONG", $"Au plus {LongestExplanation} caractères.");
        broken.ThrowIfAny();
    }

    /// <summary>What the steps so far have made of the sessions.</summary>
    private sealed class Done
    {
        private readonly Dictionary<string, Session> sessions = new(StringComparer.Ordinal);
        private string added = "";

        public IEnumerable<Session> Sessions => sessions.Values;

        public List<string> Warnings { get; } = [];

        /// <summary>A session changed by an earlier step has another etag than when it was read; one that was added had none.</summary>
        public (string Name, string Etag) Current(string session, string etag)
        {
            var name = session.Length > 0 ? session : added;
            return (name, sessions.TryGetValue(name, out var changed) ? changed.Etag : etag);
        }

        public void Adds(Session session)
        {
            added = session.Name;
            Changes(session);
        }

        public void Changes(Session session, params IEnumerable<string> warnings)
        {
            sessions[session.Name] = session;
            Warnings.AddRange(warnings);
        }
    }
}
