using FsCheck;
using FsCheck.Fluent;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.Tests.Sessions;
using Intervision.Scheduling.V1;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Agendas;

public sealed class PlacementTests
{
    [Fact]
    public void Cases_fill_the_earliest_session_first_and_the_rest_waits()
    {
        var sessions = new[] { Session(1, 2), Session(2, 1) };
        var (filled, waiting) = Placement.Decide(sessions, ["a", "b", "c", "d"]);
        Assert.Equal([("a", 1), ("b", 2), ("c", 1)], filled.SelectMany(f => f.Added).Select(i => (i.Case, i.Position)));
        Assert.Equal(["d"], waiting);
        Assert.Equal(["a", "b"], filled[0].Decided.Events.Cast<CaseScheduled>().Select(e => e.Case));
    }

    [Fact]
    public void The_place_of_a_removed_item_is_given_again_but_not_its_number()
    {
        var session = A.Meeting(SessionState.Planned, ItemState.Scheduled, ItemState.Removed) with { Capacity = 2 };
        var (filled, _) = Placement.Decide([session], ["a", "b"]);
        Assert.Equal([("a", 3)], Assert.Single(filled).Added.Select(i => (i.Case, i.Position)));
    }

    [Fact]
    public void However_many_come_no_session_overflows_nobody_is_lost_and_order_holds() =>
        Prop.ForAll(
            Gen.Choose(0, 4).ListOf().ToArbitrary(),
            Gen.Choose(0, 20).ToArbitrary(),
            (rooms, cases) =>
            {
                var sessions = rooms.Select((room, i) => Session(i, room)).ToList();
                var queue = Enumerable.Range(0, cases).Select(i => $"cases/{i:D3}").ToList();
                var (filled, waiting) = Placement.Decide(sessions, queue);
                return filled.All(f => f.Decided.After.Live.Count() <= f.Before.Capacity)
                    && filled.SelectMany(f => f.Added).Select(i => i.Case).Concat(waiting).SequenceEqual(queue)
                    && (waiting.Count == 0 || rooms.Sum() == filled.Sum(f => f.Added.Count));
            }).QuickCheckThrowOnFailure();

    private static Meeting Session(int n, int room) =>
        A.Meeting() with { Id = Guid.CreateVersion7(), Date = A.Day.AddDays(n), Capacity = room };
}
