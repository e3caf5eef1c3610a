using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Replies;

/// <summary>What somebody answered to a session as it stood at a sequence.</summary>
/// <param name="Mode">Unspecified with a no, and when a calendar answered.</param>
/// <param name="Stamp">When it was said: a calendar says so itself, and is not believed further than the clock.</param>
/// <param name="Time">When it came.</param>
internal sealed record GivenAnswer(
    string Professional, int Sequence, Answer Answer, AttendanceMode Mode, ReplyChannel Channel, string RecordedBy, DateTimeOffset Stamp, DateTimeOffset Time)
{
    /// <summary>Whether an answer to this session may be taken now, and is the latest.</summary>
    /// <returns>Null when a later one is known: what comes late changes nothing.</returns>
    /// <exception cref="RuleBroken">STATE_FORBIDS, SESSION_OVER, SEQUENCE_OUTDATED, SEQUENCE_UNKNOWN, CLOCK_BEFORE_LAST_CHANGE.</exception>
    internal static GivenAnswer? Decide(Meeting meeting, GivenAnswer? known, GivenAnswer given)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Convened);
        if (given.Time >= meeting.End)
        {
            throw RuleBroken.NotNow("SESSION_OVER", "La séance est passée : on n'y répond plus.", "CLOCK", meeting.Name);
        }

        if (given.Sequence != meeting.Sequence)
        {
            throw given.Sequence < meeting.Sequence
                ? RuleBroken.NotNow("SEQUENCE_OUTDATED", "La séance a été déplacée depuis cette invitation : répondez à la nouvelle.", "STATE", meeting.Name, ("sequence", $"{meeting.Sequence}"))
                : RuleBroken.Invalid("calendar", "SEQUENCE_UNKNOWN", "Cette réponse ne correspond à aucune invitation envoyée.");
        }

        if (known is not null)
        {
            Etag.MustNotPrecede(given.Time, known.Time, meeting.Name);
        }

        var stamped = given with { Stamp = given.Stamp < given.Time ? given.Stamp : given.Time };
        return known?.Sequence == given.Sequence && stamped.Stamp < known.Stamp ? null : stamped;
    }

    /// <summary>As its reader sees it: an answer to what the session no longer is, is none.</summary>
    public static Reply View(Invitation invitation, GivenAnswer? given, int sequence, bool reachable, DateTimeOffset? reminded = null)
    {
        var reply = new Reply { Professional = invitation.Professional, Role = invitation.Role, Reachable = reachable, ReminderTime = reminded?.ToProto() };
        if (given is not null && given.Sequence == sequence)
        {
            (reply.Answer, reply.Mode, reply.Channel, reply.RecordedBy, reply.ReplyTime) =
                (given.Answer, given.Mode, given.Channel, given.RecordedBy, given.Time.ToProto());
        }

        return reply;
    }
}
