using Intervision.Scheduling.Directory;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Sessions;

/// <summary>Somebody else leads: the one named, or the référent who would, is ill or declined. People who were convened are convened again.</summary>
internal sealed class SetFacilitator(Db db)
{
    public Task<SetFacilitatorResponse> Handle(SetFacilitatorRequest request, Call call) => db.Once(call, request.RequestId, request, tx => Apply(tx, request, call));

    /// <summary>In the caller's transaction: a repair is several verbs in one.</summary>
    internal static async Task<SetFacilitatorResponse> Apply(Tx tx, SetFacilitatorRequest request, Call call)
    {
        var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        if (request.Facilitator.Length == 0)
        {
            throw RuleBroken.Invalid("facilitator", "FACILITATOR_MISSING", "La personne qui anime manque.");
        }

        var saved = meeting.State == SessionState.Convened
            ? await Substitution.Save(tx, call, meeting, request.Facilitator, meeting.Expert, meeting.ExpertWaiverReason)
            : await NameAhead(tx, call, meeting, request.Facilitator);
        return new SetFacilitatorResponse { Session = SessionView.For(saved, actor) };
    }

    private static async Task<Meeting> NameAhead(Tx tx, Call call, Meeting meeting, string facilitator)
    {
        await People.MustKnow(tx, [facilitator], meeting.Date);
        var saved = await MeetingStore.Save(tx, call.Now, meeting, DecideAhead(meeting, facilitator));
        await Moves.Rebook(tx, saved);
        return saved;
    }

    /// <summary>Before anybody is convened: who will lead is known and taken; ConveneSession convenes them unless it names another.</summary>
    internal static Decided DecideAhead(Meeting meeting, string facilitator)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared);
        return meeting.Facilitator == facilitator
            ? throw RuleBroken.NotNow("NOTHING_CHANGES", "La séance est déjà organisée ainsi.", "STATE", meeting.Name)
            : new Decided(meeting with { Facilitator = facilitator });
    }
}
