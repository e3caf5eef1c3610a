using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Agendas;

/// <summary>Another order of the same situations, until the session opens. Positions stay; cases change places.</summary>
internal sealed class ReorderAgenda(Db db)
{
    public Task<ReorderAgendaResponse> Handle(ReorderAgendaRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
            var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, request.Cases));
            return new ReorderAgendaResponse { Session = SessionView.For(saved, actor) };
        });
    }

    internal static Decided Decide(Meeting meeting, IReadOnlyList<string> order)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        var ahead = meeting.Ahead.ToDictionary(i => i.Case, StringComparer.Ordinal);
        if (order.Count != ahead.Count || order.Distinct(StringComparer.Ordinal).Count() != order.Count || !order.All(ahead.ContainsKey))
        {
            throw RuleBroken.Invalid("cases", "ORDER_INCOMPLETE", "L'ordre nomme chaque situation de l'ordre du jour une fois, et aucune autre.");
        }

        var positions = ahead.Values.Select(i => i.Position).Order().ToList();
        var moved = order.Select((name, i) => ahead[name] with { Position = positions[i] }).ToList();
        return new Decided(meeting with { Items = [.. meeting.Items.Where(i => !i.IsAhead).Concat(moved).OrderBy(i => i.Position)] });
    }
}
