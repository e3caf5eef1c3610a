using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Agendas;

/// <summary>From one agenda to another in one transaction: at no instant is the case on two, or waiting.</summary>
internal sealed class MoveCase(Db db)
{
    private const string Moved = "MOVED";

    public Task<MoveCaseResponse> Handle(MoveCaseRequest request, Call call) => db.Once(call, request.RequestId, request, tx => Apply(tx, request, call));

    /// <summary>In the caller's transaction: a repair is several verbs in one.</summary>
    internal static async Task<MoveCaseResponse> Apply(Tx tx, MoveCaseRequest request, Call call)
    {
        await LockBoth(tx, request);
        var (from, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        var (to, _) = await SessionVerb.Enter(tx, call, request.ToSession, request.ToEtag, (a, m) => a.Organises(m));
        Validate(request);
        HandPlacing.MustBeOnAgenda(from, request.Case);
        var found = await CaseToPlace.Lock(tx, request.Case) ?? throw HandPlacing.NotReady(from);
        var around = await PlaceCase.Around(tx, to, found, call.Caller);
        var people = await People.Known(tx, from.Invitations.Select(i => i.Professional), from.Date);
        var (left, reached) = Decide(from, to, found, around, people, request.Reason, call.Now);
        var before = await MeetingStore.Save(tx, call.Now, from, left);
        var after = await MeetingStore.Save(tx, call.Now, to, reached);
        return new MoveCaseResponse
        {
            Session = SessionView.For(before, actor),
            ToSession = SessionView.For(after, actor),
            Warnings = { HandPlacing.Warnings(after, found, around.Pole, call.Now) },
        };
    }

    internal static (Decided From, Decided To) Decide(
        Meeting from, Meeting to, CaseToPlace of, Surroundings around, IReadOnlyDictionary<string, Person> people, string reason, DateTimeOffset now)
    {
        var item = HandPlacing.MustBeOnAgenda(from, of.Name);
        var left = HandPlacing.Off(from, item, Moved, people);
        return (left, HandPlacing.Put(to, of.OffItsAgenda(), around, reason, now));
    }

    /// <summary>In the order of every verb on several sessions; absent ones are refused after.</summary>
    private static Task LockBoth(Tx tx, MoveCaseRequest request) =>
        tx.Query<Guid>(
            "select id from session where id = any(@ids) order by date, id for update",
            new { ids = new[] { request.Name, request.ToSession }.Select(Meeting.IdOf).OfType<Guid>().ToArray() });

    private static void Validate(MoveCaseRequest request)
    {
        var broken = new Violations();
        AgendaReasons.CheckCase(broken, request.Case);
        broken.Check(request.Name != request.ToSession, "to_session", "SAME_SESSION", "La situation est déjà à l'ordre du jour de cette séance.");
        AgendaReasons.Check(broken, request.Reason, mandatory: true);
        broken.ThrowIfAny();
    }
}
