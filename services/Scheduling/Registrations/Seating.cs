using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Registrations;

/// <summary>Who has a seat: those invited for a case first, then those who registered, in their order.</summary>
internal static class Seating
{
    /// <summary>Lille's sessions gather 30 to 50 people (DOMAIN §5): so many while no room is assigned.</summary>
    public const int UsualSeats = 50;

    /// <summary>Seats for people who register: those of the room that nobody invited sits on.</summary>
    public static int SeatsFor(Meeting meeting, int ofRoom) =>
        Math.Max(0, ofRoom - meeting.Invitations.Count(i => i.Role != SessionRole.Observer));

    /// <summary>Who gets which seat that is free: the first who waits, the first. A room that became smaller sends nobody away.</summary>
    public static IReadOnlyList<(string Professional, int Seat)> Promotions(IReadOnlyList<Entry> entries, int seats)
    {
        var taken = entries.Where(e => e.IsRegistered).Select(e => e.Seat!.Value).ToHashSet();
        var free = Enumerable.Range(1, seats).Where(s => !taken.Contains(s)).Take(Math.Max(0, seats - taken.Count));
        return [.. entries.Where(e => e.IsWaiting).OrderBy(e => e.OrderNo).Zip(free, (e, seat) => (e.Professional, seat))];
    }

    /// <summary>
    /// Gives free seats to those who wait and tells them; when people are convened already, by their invitation as observers.
    /// </summary>
    /// <param name="registering">Who registers just now, and reads the answer.</param>
    /// <returns>The session as it now stands.</returns>
    public static async Task<Meeting> Settle(Tx tx, Meeting meeting, DateTimeOffset now, string registering = "")
    {
        var seats = SeatsFor(meeting, await RegistrationStore.SeatsOfRoom(tx, meeting));
        var promoted = Promotions(await RegistrationStore.Of(tx, meeting.Id), seats);
        foreach (var (professional, seat) in promoted)
        {
            await RegistrationStore.Promote(tx, meeting, professional, seat, seats, now);
        }

        if (meeting.State != SessionState.Convened)
        {
            await InvitationLetters.Seated(tx, now, meeting, promoted.Select(p => p.Professional).Where(p => p != registering));
            return meeting;
        }

        var observers = await Observers(tx, meeting.Id, meeting.Invitations);
        return Same(meeting.Invitations.Where(i => i.Role == SessionRole.Observer), observers)
            ? meeting
            : await MeetingStore.Save(tx, now, meeting, new Decided(meeting with { Invitations = [.. meeting.Invitations.Where(i => i.Role != SessionRole.Observer), .. observers] }));
    }

    /// <summary>Invitations of those who have a seat and are not invited for a case.</summary>
    public static async Task<IReadOnlyList<Invitation>> Observers(Tx tx, Guid session, IReadOnlyList<Invitation> invited)
    {
        var otherwise = invited.Where(i => i.Role != SessionRole.Observer).Select(i => i.Professional).ToHashSet(StringComparer.Ordinal);
        return [.. (await RegistrationStore.Of(tx, session)).Where(e => e.IsRegistered && !otherwise.Contains(e.Professional))
            .Select(e => new Invitation { Professional = e.Professional, Role = SessionRole.Observer })];
    }

    private static bool Same(IEnumerable<Invitation> before, IEnumerable<Invitation> after) =>
        before.Select(i => i.Professional).Order(StringComparer.Ordinal).SequenceEqual(after.Select(i => i.Professional).Order(StringComparer.Ordinal));
}
