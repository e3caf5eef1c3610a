using Intervision.Scheduling.Proposals;
using Intervision.Scheduling.Tests.Sessions;
using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Time;
using Incident = Intervision.Scheduling.V1.ProposeRepairRequest.Types.Incident;

namespace Intervision.Scheduling.Tests.Proposals;

/// <summary>Ways out and their order.</summary>
public sealed class RepairDecideTests
{
    private static readonly StandingSession Convened = ARegion.Session(ARegion.September, "CONVENED", expert: "professionals/X");
    private static readonly StandingSession Next = ARegion.Session(ARegion.October);

    [Fact]
    public void A_substitute_changes_least_and_going_without_a_required_expert_comes_last()
    {
        var ways = Ways(Incident.ExpertDeclined, "professionals/X", [new ProposeSubstitutes.Candidate { Professional = "professionals/Y", CharterAccepted = false }]);
        Assert.Equal(("SetExpert", "professionals/Y", 1), (ways[0].Steps[0].Verb, ways[0].Steps[0].Professional, ways[0].Changes));
        Assert.Equal(("professionals/X", "professionals/Y", "Charte non acceptée."), (Assert.Single(ways[0].Lost), Assert.Single(ways[0].Gained), Assert.Single(ways[0].Warnings)));
        Assert.Equal("MoveSession", ways[1].Steps[0].Verb);
        Assert.DoesNotContain(ways, w => w.RequiredMissing);
        Assert.Equal(["SetExpert", "MoveSession", "MoveSession", "MoveSession", "MoveCase"], ways.Select(w => w.Steps[0].Verb));
    }

    [Fact]
    public void A_moved_session_says_who_is_lost_and_what_waiting_it_adds()
    {
        var later = ARegion.September.AddDays(1);
        var ways = Ways(Incident.FacilitatorAway, "professionals/R", [], ARegion.Elsewhere("professionals/A", later));
        var moved = ways.Where(w => w.Steps[0].Verb == "MoveSession").ToList();
        Assert.NotEmpty(moved);
        Assert.All(moved, w => Assert.Empty(w.Lost));
        Assert.All(moved, w => Assert.Equal(3, w.Changes));
        Assert.All(moved, w => Assert.True(w.WaitingAdded % 2 == 0 && w.WaitingAdded != 0, "two situations wait equally longer, or less"));
        Assert.All(moved, w => Assert.DoesNotContain(later.ToString("dd/MM/yyyy", System.Globalization.CultureInfo.InvariantCulture), w.French, StringComparison.Ordinal));
    }

    [Fact]
    public void A_session_given_up_leaves_its_cases_to_the_next_one()
    {
        var way = Ways(Incident.RoomLost, "", []).Single(w => w.Steps[^1].Verb == "CancelSession");
        Assert.Equal(["MoveCase", "MoveCase", "CancelSession"], way.Steps.Select(s => s.Verb));
        Assert.All(way.Steps.SkipLast(1), s => Assert.Equal(Next.Name, s.ToSession));
        Assert.Equal((3, 70, "ROOM_LOST"), (way.Changes, way.WaitingAdded, way.Steps[^1].Reason));
    }

    [Fact]
    public void Somebody_who_declines_may_be_missed_waited_for_or_followed()
    {
        var ways = Ways(Incident.PersonDeclined, "professionals/G1", []);
        Assert.Equal("MoveCase", ways[0].Steps[0].Verb);
        Assert.Equal((Next.Name, A.Case(1), 35), (ways[0].Steps[0].ToSession, ways[0].Steps[0].Case, ways[0].WaitingAdded));
        var asItIs = ways.Single(w => w.Steps.Count == 0);
        Assert.True(asItIs.RequiredMissing);
        Assert.Same(ways[^1], asItIs);
        Assert.False(Ways(Incident.PersonDeclined, "professionals/Q1", [])[0].RequiredMissing);
        Assert.Empty(Ways(Incident.PersonDeclined, "professionals/Q1", [])[0].Steps);
    }

    [Fact]
    public void An_urgent_case_takes_the_first_free_place_or_another_s()
    {
        var soon = ARegion.Session(ARegion.September);
        var roomy = ARegion.Of([soon, Next], [ARegion.Case(9, urgent: true)]);
        var first = Urgent(roomy)[0];
        Assert.Equal(("PlaceCase", soon.Name, 1), (first.Steps[0].Verb, first.Steps[0].Session, first.Changes));
        var full = ARegion.Of([soon, Next], [ARegion.Case(1, soon), ARegion.Case(2, soon), ARegion.Case(3, soon), ARegion.Case(9, urgent: true)]);
        var ways = Urgent(full);
        Assert.Equal([("PlaceCase", Next.Name), ("AddSession", ""), ("MoveCase", soon.Name)], ways.Select(w => (w.Steps[0].Verb, w.Steps[0].Session)));
        Assert.Equal((new DateOnly(2026, 8, 18), ARegion.PoleName, A.Case(9)), (ways[1].Steps[0].Date.ToDate()!.Value, ways[1].Steps[0].Pole, ways[1].Steps[1].Case));
        Assert.Equal((A.Case(3), Next.Name, "MORE_URGENT_CASE", "PlaceCase"), (ways[2].Steps[0].Case, ways[2].Steps[0].ToSession, ways[2].Steps[0].Reason, ways[2].Steps[1].Verb));
    }

    [Fact]
    public void An_urgent_case_without_a_way_is_told_what_stands_in_it()
    {
        var region = ARegion.Of([ARegion.Session(ARegion.September, frozen: DateTimeOffset.UnixEpoch)], [ARegion.Case(9)], conventionEnds: new DateOnly(2026, 9, 20));
        var busy = ARegion.Of(region.Sessions, region.Cases, conventionEnds: new DateOnly(2026, 9, 20), taken: [.. Tuesdays().Select(d => ARegion.Elsewhere("professionals/R", d))]);
        Assert.Empty(Urgent(busy));
        var why = UrgentRepairs.Obstacles(busy, ARegion.Pole, busy.Cases[0], ARegion.Today, ARegion.Today.AddDays(180)).ToList();
        Assert.Equal(["NO_CONVENTION_IN_FORCE", "REFERENT_AWAY", "NOTICE_TOO_SHORT", "AGENDA_FROZEN"], why.Select(o => o.Reason));
        Assert.All(why, o => Assert.True(o is { Days: > 0, Message.Length: > 0 }));

        static IEnumerable<DateOnly> Tuesdays() => Enumerable.Range(0, 26).Select(week => new DateOnly(2026, 8, 4).AddDays(7 * week));
    }

    [Fact]
    public void The_order_is_required_people_then_waiting_cases_then_changes_then_people_then_days()
    {
        Way[] ways =
        [
            new("g") { RequiredMissing = true }, new("f") { CasesWaiting = ["cases/x"] }, new("e") { Changes = 2 },
            new("d") { Changes = 1, Lost = ["a"] }, new("c") { Changes = 1, WaitingAdded = 7 }, new("b") { Changes = 1 }, new("a"),
        ];
        Assert.Equal(["a", "b", "c", "d", "e"], Ranking.Of(ways).Select(w => w.French));
    }

    private static List<Way> Urgent(RegionSnapshot region) =>
        [.. Ranking.Of(UrgentRepairs.For(region, ARegion.Pole, region.Cases.Single(c => c.Name == A.Case(9)), ARegion.Today, ARegion.Today.AddDays(180)))];

    private static List<Way> Ways(Incident incident, string away, IReadOnlyList<ProposeSubstitutes.Candidate> substitutes, params Taken[] taken)
    {
        var region = ARegion.Of([Convened, Next], [ARegion.Case(1, Convened), ARegion.Case(2, Convened)], taken: taken);
        return [.. Ranking.Of(SessionRepairs.For(new RepairScene(
            incident, ARegion.Today, region, ARegion.Pole, Convened, away, substitutes, [], new HashSet<string>(StringComparer.Ordinal))))];
    }
}
