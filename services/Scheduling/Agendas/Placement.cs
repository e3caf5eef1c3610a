using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Time;
using AgendaItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Agendas;

/// <summary>One session after cases were put on it.</summary>
internal sealed record Filled(Meeting Before, Decided Decided, IReadOnlyList<Item> Added);

/// <summary>First come, first served: each case in the earliest session with room.</summary>
internal static class Placement
{
    /// <param name="sessions">By date.</param>
    /// <param name="queue">In the order to serve.</param>
    /// <returns>The sessions that changed, and who found no room.</returns>
    public static (IReadOnlyList<Filled> Filled, IReadOnlyList<string> StillWaiting) Decide(IReadOnlyList<Meeting> sessions, IReadOnlyList<string> queue)
    {
        var filled = new List<Filled>();
        var served = 0;
        foreach (var meeting in sessions)
        {
            var room = Math.Max(0, meeting.Capacity - meeting.Live.Count());
            var taken = queue.Skip(served).Take(room).ToList();
            served += taken.Count;
            if (taken.Count > 0)
            {
                filled.Add(Fill(meeting, taken));
            }
        }

        return (filled, [.. queue.Skip(served)]);
    }

    private static Filled Fill(Meeting meeting, List<string> cases)
    {
        // Positions of removed items are not given again: an agenda reads the same to all who saw it.
        var last = meeting.Items.Select(i => i.Position).DefaultIfEmpty(0).Max();
        var added = cases.Select((c, i) => new Item(c, last + 1 + i, AgendaItemState.Scheduled)).ToList();
        return new Filled(
            meeting,
            new Decided(
                meeting with { Items = [.. meeting.Items, .. added] },
                [.. cases.Select(c => new CaseScheduled { Session = meeting.Name, Case = c, Date = meeting.Date.ToProto() })]),
            added);
    }
}
