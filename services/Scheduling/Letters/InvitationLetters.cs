using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Letters;

/// <summary>What somebody is told of a session.</summary>
internal enum News
{
    /// <summary>Convened.</summary>
    Invited,

    /// <summary>Another date or time.</summary>
    Moved,

    /// <summary>Not expected any more: the case one was invited for has left the agenda, or somebody else leads.</summary>
    Uninvited,

    Cancelled,

    /// <summary>The day before.</summary>
    Reminded,
}

/// <summary>
/// Mails that follow from a change of a session, in its transaction: whichever verb or event changed it, whoever is newly
/// expected, expected at another time, or no longer, is told so once.
/// </summary>
internal static class InvitationLetters
{
    public static async Task Append(Tx tx, DateTimeOffset now, Meeting before, Meeting after)
    {
        var told = Decide(before, after);
        if (told.Count == 0)
        {
            return;
        }

        var post = await Correspondence.Load(tx, after.Pole, told.Select(t => t.Professional));
        // Whoever is no longer expected knows the session as it was.
        await MailQueue.Append(tx, [.. told.Select(t => post.Letter(t.Professional, t.News, t.News == News.Uninvited ? before with { Sequence = after.Sequence } : after, now)).OfType<Letter>()]);
    }

    internal static IReadOnlyList<(string Professional, News News)> Decide(Meeting before, Meeting after)
    {
        if (after.State is not (SessionState.Planned or SessionState.Prepared or SessionState.Convened or SessionState.Cancelled))
        {
            // They are at the table.
            return [];
        }

        var (were, are) = (Expected(before), Expected(after));
        var gone = after.State == SessionState.Cancelled ? News.Cancelled : News.Uninvited;
        var hasMoved = (before.Start, before.End, before.Sequence) != (after.Start, after.End, after.Sequence);
        return
        [
            .. were.Except(are, StringComparer.Ordinal).Select(p => (p, gone)),
            .. are.Except(were, StringComparer.Ordinal).Select(p => (p, News.Invited)),
            .. hasMoved ? are.Intersect(were, StringComparer.Ordinal).Select(p => (p, News.Moved)) : [],
        ];
    }

    private static IReadOnlyList<string> Expected(Meeting meeting) =>
        meeting.State == SessionState.Cancelled ? [] : [.. meeting.Invitations.Select(i => i.Professional)];
}
