using Intervision.Membership.V1;
using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Replies;

/// <summary>Answers an invitation: the person, or the coordination on the person's behalf. The latest answer counts.</summary>
internal sealed class Respond(Db db)
{
    public Task<RespondResponse> Handle(RespondRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var actor = await Actor.Of(tx, call.Caller);
            var meeting = Meeting.IdOf(request.Session) is { } id ? await MeetingStore.Lock(tx, id) : null;
            if (meeting is null)
            {
                throw call.Caller.Has(Roles.Coordinator) ? RuleBroken.NotFound(request.Session) : RuleBroken.Denied();
            }

            var invitation = InvitationOf(meeting, request.Professional, actor);
            var isOwn = actor.Names.Contains(invitation.Professional);
            var given = new GivenAnswer(
                invitation.Professional,
                meeting.Sequence,
                request.Answer,
                ModeOf(Codes.Parse<Modality>(meeting.Modality), request.Answer, request.Mode),
                isOwn ? ReplyChannel.Person : ReplyChannel.Coordination,
                actor.SignsAs,
                call.Now,
                call.Now);
            var kept = await Keep(tx, meeting, given);
            var post = await Correspondence.Load(tx, meeting, [invitation.Professional]);
            return new RespondResponse { Reply = GivenAnswer.View(invitation, kept.Answer, meeting.Sequence, post.MailboxOf(invitation.Professional) is not null) };
        });

    /// <summary>Decides and stores. The session's row is locked.</summary>
    internal static async Task<(GivenAnswer Answer, bool Outdated)> Keep(Tx tx, Meeting meeting, GivenAnswer given)
    {
        var known = await ReplyStore.Of(tx, meeting.Id, given.Professional);
        if (GivenAnswer.Decide(meeting, known, given) is not { } latest)
        {
            return (known!, true);
        }

        await ReplyStore.Save(tx, meeting.Id, latest);
        return (latest, false);
    }

    private static Invitation InvitationOf(Meeting meeting, string professional, Actor actor)
    {
        var own = meeting.Invitations.FirstOrDefault(i => actor.Names.Contains(i.Professional));
        if (own is not null && (professional.Length == 0 || actor.Names.Contains(professional)))
        {
            return own;
        }

        if (!actor.Organises(meeting))
        {
            throw RuleBroken.Denied();
        }

        return professional.Length == 0
            ? throw RuleBroken.Invalid("professional", "PROFESSIONAL_MISSING", "Dites au nom de qui : vous n'êtes pas vous-même sur la liste des invités.")
            : meeting.Invitations.FirstOrDefault(i => i.Professional == professional)
                ?? throw RuleBroken.NotNow("NOT_INVITED", "Cette personne n'est pas invitée à la séance.", "STATE", meeting.Name);
    }

    /// <summary>How the person would come, where there is a choice.</summary>
    /// <exception cref="RuleBroken">ANSWER_MISSING, MODE_WITH_NO, MODE_MISSING, MODE_NOT_OFFERED.</exception>
    internal static AttendanceMode ModeOf(Modality modality, Answer answer, AttendanceMode given)
    {
        var violations = new Violations();
        violations.Check(answer is Answer.Yes or Answer.No or Answer.Maybe, "answer", "ANSWER_MISSING", "Répondez oui, non ou peut-être.");
        violations.ThrowIfAny();
        AttendanceMode? only = modality switch
        {
            _ when answer == Answer.No => AttendanceMode.Unspecified,
            Modality.InPerson => AttendanceMode.InPerson,
            Modality.Video => AttendanceMode.Video,
            _ => null,
        };
        if (only is { } one)
        {
            violations.Check(
                given == AttendanceMode.Unspecified || given == one, "mode",
                answer == Answer.No ? "MODE_WITH_NO" : "MODE_NOT_OFFERED",
                answer == Answer.No ? "Qui ne vient pas ne vient ni sur place ni en visio." : "La séance n'a pas lieu sous cette forme.");
        }
        else
        {
            violations.Check(
                given is AttendanceMode.InPerson or AttendanceMode.Video, "mode", "MODE_MISSING", "Dites si vous venez sur place ou en visio.");
        }

        violations.ThrowIfAny();
        return only ?? given;
    }
}
