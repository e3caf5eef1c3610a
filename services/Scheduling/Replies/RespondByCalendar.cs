using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Replies;

/// <summary>
/// The answer that somebody's calendar sent. Its UID says whose invitation it answers and cannot be made up; its ATTENDEE
/// must be the mailbox that was invited, or the invitation was passed on (docs/adr/0021).
/// </summary>
internal sealed class RespondByCalendar(Db db)
{
    public Task<RespondByCalendarResponse> Handle(RespondByCalendarRequest request, Call call)
    {
        var reply = CalendarReply.Read(request.Calendar.Span);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var actor = await Actor.Of(tx, call.Caller);
            var (meeting, invitation) = await Find(tx, reply, actor) ?? throw Unknown(actor);
            var post = await Correspondence.Load(tx, meeting, [invitation.Professional]);
            var mailbox = post.MailboxOf(invitation.Professional);
            if (mailbox is null || !string.Equals(mailbox, reply.Mailbox, StringComparison.OrdinalIgnoreCase))
            {
                throw RuleBroken.NotNow("ATTENDEE_MISMATCH", "L'adresse qui répond n'est pas celle qui a été invitée : une invitation ne se transmet pas.", "STATE", meeting.Name);
            }

            var given = new GivenAnswer(
                invitation.Professional, reply.Sequence, reply.Answer, AttendanceMode.Unspecified, ReplyChannel.Calendar, actor.SignsAs, reply.Stamp, call.Now);
            var kept = await Respond.Keep(tx, meeting, given);
            return new RespondByCalendarResponse
            {
                Session = meeting.Name,
                Reply = GivenAnswer.View(invitation, kept.Answer, meeting.Sequence, reachable: true),
                Outdated = kept.Outdated,
            };
        });
    }

    /// <summary>Null when there is no such invitation, or the caller has nothing to do with it: nobody learns which.</summary>
    private static async Task<(Meeting Meeting, Invitation Invitation)?> Find(Tx tx, CalendarReply reply, Actor actor)
    {
        if (InvitationUid.Parse(reply.Uid) is not { } uid || await MeetingStore.Lock(tx, uid.Session) is not { } meeting)
        {
            return null;
        }

        var uids = await InvitationUid.Load(tx);
        return meeting.Invitations.FirstOrDefault(i => uids.IsOf(uid.Code, meeting.Id, i.Professional)) is { } invitation
            && (actor.Caller.Has(Roles.Service) || actor.Organises(meeting) || actor.Names.Contains(invitation.Professional))
            ? (meeting, invitation)
            : null;
    }

    private static RuleBroken Unknown(Actor actor) => actor.Caller.HasAny(Roles.Coordinator, Roles.Service)
        ? RuleBroken.Invalid("calendar", "INVITATION_UNKNOWN", "Cette invitation n'existe pas ici, ou plus.")
        : RuleBroken.Denied();
}
