using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Agendas;

/// <summary>
/// Fixes the agenda from ten days before. Without a case, or without a host convention in force on the date, the session
/// is cancelled and its cases wait again. A frozen agenda that lost its last case may be frozen again: that cancels it.
/// </summary>
internal sealed class FreezeAgenda(Db db)
{
    public Task<FreezeAgendaResponse> Handle(FreezeAgendaRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
            var covered = (await Conventions.InForce(tx, meeting.Host, meeting.Date)).Count > 0;
            var decided = Decide(meeting, covered, call.Now);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, decided);
            if (saved.State == SessionState.Cancelled)
            {
                await Cancellation.Free(tx, meeting);
            }

            return new FreezeAgendaResponse { Session = SessionView.For(saved, actor) };
        });
    }

    internal static Decided Decide(Meeting meeting, bool conventionInForce, DateTimeOffset now)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        if (Paris.DateOf(now).AddDays(PlaceReadyCases.FreezeDays) < meeting.Date)
        {
            throw RuleBroken.NotNow("TOO_EARLY", $"L'ordre du jour s'arrête dix jours avant la séance, à partir du {meeting.Date.AddDays(-PlaceReadyCases.FreezeDays):dd/MM/yyyy}.", "CLOCK", meeting.Name);
        }

        if (!meeting.Live.Any())
        {
            return Cancellation.Of(meeting, conventionInForce ? "NO_CASE_READY" : "NO_CONVENTION_IN_FORCE");
        }

        if (meeting.FreezeTime is not null)
        {
            throw RuleBroken.NotNow("AGENDA_ALREADY_FROZEN", "L'ordre du jour est déjà arrêté.", "STATE", meeting.Name);
        }

        return conventionInForce ? new Decided(meeting with { FreezeTime = now }) : Cancellation.Of(meeting, "NO_CONVENTION_IN_FORCE");
    }
}
