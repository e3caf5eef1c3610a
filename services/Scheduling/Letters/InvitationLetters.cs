using Intervision.Scheduling.Registrations;
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

    /// <summary>Another place, at the same time.</summary>
    Relocated,

    /// <summary>Not expected any more: the case one was invited for has left the agenda, or somebody else leads.</summary>
    Uninvited,

    Cancelled,

    /// <summary>The day before.</summary>
    Reminded,

    /// <summary>Who waited has a seat, before people are convened.</summary>
    Seated,

    /// <summary>To who registered or waits, and has no invitation yet: no calendar goes with it.</summary>
    RegistrationMoved,

    /// <inheritdoc cref="RegistrationMoved"/>
    RegistrationRelocated,

    /// <inheritdoc cref="RegistrationMoved"/>
    RegistrationCancelled,
}

/// <summary>
/// Mails that follow from a change of a session, in its transaction: whichever verb or event changed it, whoever is newly
/// expected, expected at another time or place, or no longer, is told so once.
/// </summary>
internal static class InvitationLetters
{
    public static async Task Append(Tx tx, DateTimeOffset now, Meeting before, Meeting after)
    {
        var told = Decide(before, after);
        if (OfRegistrations(before, after) is { } news)
        {
            var known = told.Select(t => t.Professional).ToHashSet(StringComparer.Ordinal);
            told = [.. told, .. (await RegistrationStore.Of(tx, after.Id)).Where(e => (e.IsRegistered || e.IsWaiting) && !known.Contains(e.Professional)).Select(e => (e.Professional, news))];
        }

        // Whoever is no longer expected knows the session as it was.
        await Send(tx, now, after, told, news => news == News.Uninvited ? before with { Sequence = after.Sequence } : after);
    }

    /// <summary>Those who waited for a seat and got one. Once people are convened, their invitation says it.</summary>
    public static Task Seated(Tx tx, DateTimeOffset now, Meeting meeting, IEnumerable<string> people) =>
        Send(tx, now, meeting, [.. people.Select(p => (p, News.Seated))], _ => meeting);

    internal static IReadOnlyList<(string Professional, News News)> Decide(Meeting before, Meeting after)
    {
        if (!IsAhead(after))
        {
            // They are at the table.
            return [];
        }

        var (were, are) = (Expected(before), Expected(after));
        var gone = after.State == SessionState.Cancelled ? News.Cancelled : News.Uninvited;
        return
        [
            .. were.Except(are, StringComparer.Ordinal).Select(p => (p, gone)),
            .. are.Except(were, StringComparer.Ordinal).Select(p => (p, News.Invited)),
            .. HasMoved(before, after) ? are.Intersect(were, StringComparer.Ordinal).Select(p => (p, News.Moved))
                : before.Sequence != after.Sequence ? are.Intersect(were, StringComparer.Ordinal).Select(p => (p, News.Relocated)) : [],
        ];
    }

    /// <summary>What those are told who come without being tied to a case, unless they are invited; null: nothing.</summary>
    internal static News? OfRegistrations(Meeting before, Meeting after) =>
        !IsAhead(after) ? null
        : after.State == SessionState.Cancelled ? before.State == SessionState.Cancelled ? null : News.RegistrationCancelled
        : HasMoved(before, after) ? News.RegistrationMoved
        : (before.Host, before.Room, before.Modality) != (after.Host, after.Room, after.Modality) ? News.RegistrationRelocated
        : null;

    private static async Task Send(Tx tx, DateTimeOffset now, Meeting meeting, IReadOnlyList<(string Professional, News News)> told, Func<News, Meeting> asKnown)
    {
        if (told.Count > 0)
        {
            var post = await Correspondence.Load(tx, meeting, told.Select(t => t.Professional));
            await MailQueue.Append(tx, [.. told.Select(t => post.Letter(t.Professional, t.News, asKnown(t.News), now)).OfType<Letter>()]);
        }
    }

    private static bool HasMoved(Meeting before, Meeting after) => (before.Start, before.End) != (after.Start, after.End);

    private static bool IsAhead(Meeting meeting) =>
        meeting.State is SessionState.Planned or SessionState.Prepared or SessionState.Convened or SessionState.Cancelled;

    private static IReadOnlyList<string> Expected(Meeting meeting) =>
        meeting.State == SessionState.Cancelled ? [] : [.. meeting.Invitations.Select(i => i.Professional)];
}
