using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Sessions;

/// <summary>The way in of every verb on one session: lock, authorise, compare etags, look at the clock; in that order.</summary>
internal static class SessionVerb
{
    /// <summary>
    /// The session unlocked, for verbs that ask another service before they <see cref="Enter"/>: nobody waits on a row while
    /// that one thinks. What changed meanwhile shows in the etag.
    /// </summary>
    /// <exception cref="RuleBroken">As <see cref="Enter"/>.</exception>
    public static Task<(Meeting Meeting, Actor Actor)> Look(Tx tx, Call call, string name, string etag, Func<Actor, Meeting, bool> may) =>
        Enter(tx, call, name, etag, may, MeetingStore.Find);

    /// <exception cref="RuleBroken">
    /// PERMISSION_DENIED for who may not, the same when there is no such session; NOT_FOUND for the coordinator;
    /// ETAG_MISSING; ETAG_MISMATCH; CLOCK_BEFORE_LAST_CHANGE.
    /// </exception>
    public static Task<(Meeting Meeting, Actor Actor)> Enter(Tx tx, Call call, string name, string etag, Func<Actor, Meeting, bool> may) =>
        Enter(tx, call, name, etag, may, MeetingStore.Lock);

    private static async Task<(Meeting Meeting, Actor Actor)> Enter(
        Tx tx, Call call, string name, string etag, Func<Actor, Meeting, bool> may, Func<Tx, Guid, Task<Meeting?>> load)
    {
        var actor = await Actor.Of(tx, call.Caller);
        var meeting = MustMay(call, name, actor, Meeting.IdOf(name) is { } id ? await load(tx, id) : null, may);
        MustBeCurrent(meeting, etag, call.Now);
        return (meeting, actor);
    }

    /// <exception cref="RuleBroken">PERMISSION_DENIED for who may not, the same when there is no such session; NOT_FOUND for the coordinator.</exception>
    public static Meeting MustMay(Call call, string name, Actor actor, Meeting? meeting, Func<Actor, Meeting, bool> may)
    {
        if (meeting is null)
        {
            throw call.Caller.Has(Roles.Coordinator) ? RuleBroken.NotFound(name) : RuleBroken.Denied();
        }

        return may(actor, meeting) ? meeting : throw RuleBroken.Denied();
    }

    public static void MustBeCurrent(Meeting meeting, string etag, DateTimeOffset now)
    {
        Etag.MustMatch(etag, meeting.Version, meeting.Name);
        Etag.MustNotPrecede(now, meeting.ChangeTime, meeting.Name);
    }

    /// <exception cref="RuleBroken">STATE_FORBIDS unless the session is in one of the states.</exception>
    public static void MustBeIn(Meeting meeting, params ReadOnlySpan<V1.SessionState> states)
    {
        if (!states.Contains(meeting.State))
        {
            throw RuleBroken.NotNow(
                "STATE_FORBIDS", $"La séance est {French(meeting.State)} : l'action n'est pas possible.", "STATE", meeting.Name, ("state", meeting.State.Code()));
        }
    }

    private static string French(V1.SessionState state) => state switch
    {
        V1.SessionState.Planned => "planifiée",
        V1.SessionState.Prepared => "préparée",
        V1.SessionState.Convened => "convoquée",
        V1.SessionState.Open => "ouverte",
        V1.SessionState.Held => "tenue",
        V1.SessionState.AttendanceCertified => "à l'émargement certifié",
        V1.SessionState.Settled => "liquidée",
        V1.SessionState.Cancelled => "annulée",
        _ => state.ToString(),
    };
}
