using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Agendas;

/// <summary>Puts one waiting case on one agenda. Of two who place the same case, the second is told (C2).</summary>
internal sealed class PlaceCase(Db db)
{
    public Task<PlaceCaseResponse> Handle(PlaceCaseRequest request, Call call) => db.Once(call, request.RequestId, request, tx => Apply(tx, request, call));

    /// <summary>In the caller's transaction: a repair is several verbs in one.</summary>
    internal static async Task<PlaceCaseResponse> Apply(Tx tx, PlaceCaseRequest request, Call call)
    {
        var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        Validate(request);
        var found = await CaseToPlace.Lock(tx, request.Case) ?? throw HandPlacing.NotReady(meeting);
        var around = await Around(tx, meeting, found, call.Caller);
        var decided = HandPlacing.Put(meeting, found, around, request.Reason, call.Now);
        var saved = await MeetingStore.Save(tx, call.Now, meeting, decided);
        await WaitingList.Take(tx, [found.Name]);
        return new PlaceCaseResponse { Session = SessionView.For(saved, actor), Warnings = { HandPlacing.Warnings(saved, found, around.Pole, call.Now) } };
    }

    internal static async Task<Surroundings> Around(Tx tx, Meeting meeting, CaseToPlace of, Caller caller) => new(
        await Pole.Of(tx, meeting.Pole),
        (await Conventions.InForce(tx, meeting.Host, meeting.Date)).Count > 0,
        caller.Has(Roles.Coordinator) || caller.IsOf(of.Pole),
        // Nobody is invited before the session is convened.
        meeting.State == SessionState.Convened
            ? await People.Known(tx, [.. meeting.Invitations.Select(i => i.Professional), .. of.Everybody], meeting.Date)
            : new Dictionary<string, Person>(StringComparer.Ordinal));

    private static void Validate(PlaceCaseRequest request)
    {
        var broken = new Violations();
        AgendaReasons.CheckCase(broken, request.Case);
        AgendaReasons.Check(broken, request.Reason, mandatory: false);
        broken.ThrowIfAny();
    }
}
