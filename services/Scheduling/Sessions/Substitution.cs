using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Sessions;

/// <summary>Who leads a convened session, or is its expert, becomes another: people are convened again, as they now are.</summary>
internal static class Substitution
{
    public static async Task<Meeting> Save(Tx tx, Call call, Meeting meeting, string facilitator, string expert, string waiver)
    {
        var decided = Decide(meeting, await ConveneSession.Gather(tx, meeting, facilitator, expert, waiver));
        var saved = await MeetingStore.Save(tx, call.Now, meeting, decided);
        await Moves.Rebook(tx, saved);
        return saved;
    }

    /// <summary>Invitations of others stay as they are; who is replaced stays invited for one's own cases.</summary>
    internal static Decided Decide(Meeting meeting, ConveneSession.Convening with)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Convened);
        if ((meeting.Facilitator, meeting.Expert, meeting.ExpertWaiverReason) == (with.Facilitator, with.Expert, with.WaiverReason))
        {
            throw RuleBroken.NotNow("NOTHING_CHANGES", "La séance est déjà organisée ainsi.", "STATE", meeting.Name);
        }

        ConveneSession.MustHaveTable(meeting, with);
        return Again(meeting, with);
    }

    /// <summary>People of a case changed after they were convened: who came to it is invited, who left it no longer is.</summary>
    public static async Task Follow(Tx tx, Meeting meeting, DateTimeOffset time)
    {
        var with = await ConveneSession.Gather(tx, meeting, meeting.Facilitator, meeting.Expert, meeting.ExpertWaiverReason);
        if (!meeting.Invitations.OrderBy(i => i.Professional, StringComparer.Ordinal).SequenceEqual(with.Invitations.OrderBy(i => i.Professional, StringComparer.Ordinal)))
        {
            await MeetingStore.Save(tx, time, meeting, Again(meeting, with));
        }
    }

    private static Decided Again(Meeting meeting, ConveneSession.Convening with)
    {
        var after = meeting with
        {
            Facilitator = with.Facilitator,
            Expert = with.Expert,
            ExpertWaiverReason = with.WaiverReason,
            Invitations = with.Invitations,
            Warnings = [.. meeting.Warnings.Where(w => !ConveneSession.IsOfTheTable(w)), .. ConveneSession.Warnings(meeting, with)],
        };
        return new Decided(after, ConveneSession.Convened(after, with.People));
    }
}
