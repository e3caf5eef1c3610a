using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Registrations;

/// <summary>Somebody who registered will not come; the first who waits gets the seat.</summary>
internal sealed class CancelRegistration(Db db)
{
    public Task<CancelRegistrationResponse> Handle(CancelRegistrationRequest request, Call call) => db.Once(call, request.RequestId, request, async tx =>
    {
        var actor = await Actor.Of(tx, call.Caller);
        var myself = await People.Myself(tx, call.Caller);
        var who = request.Professional.Length > 0 ? request.Professional : myself;
        var found = Meeting.IdOf(request.Name) is { } id ? await MeetingStore.Lock(tx, id) : null;
        var entries = found is null ? [] : await RegistrationStore.Of(tx, found.Id);
        var entry = entries.FirstOrDefault(e => e.Professional == who);
        var meeting = SessionVerb.MustMay(call, request.Name, actor, found, (a, m) => a.Organises(m) || (who == myself && entry is not null));
        if (entry is null)
        {
            throw RuleBroken.NotNow("NOT_REGISTERED", "Cette personne n'est pas inscrite.", "STATE", meeting.Name);
        }

        if (entry.IsRegistered || entry.IsWaiting)
        {
            SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
            await RegistrationStore.Cancel(tx, meeting, entry.Professional, call.Now);
            await Seating.Settle(tx, meeting, call.Now);
        }

        return new CancelRegistrationResponse { Registration = (await RegistrationStore.Of(tx, meeting.Id)).Single(e => e.Professional == who).ToProto() };
    });
}
