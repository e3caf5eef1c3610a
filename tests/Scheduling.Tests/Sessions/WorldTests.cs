using FsCheck;
using FsCheck.Fluent;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Sessions;

/// <summary>
/// S2–S4, S7–S10 and C2–C5 over two sessions and every verb that touches them. S1 and S5 are of dates (SeasonCalendarTests,
/// ConventionInForceTests), S6 is of the database, S11 a warning (SessionDayTests).
/// </summary>
public sealed class WorldTests
{
    [Fact]
    public void No_sequence_of_verbs_breaks_an_invariant() =>
        Prop.ForAll(
            Gen.Choose(0, 10_000_000).ListOf(400).ToArbitrary(),
            dice =>
            {
                var world = new World();
                foreach (var die in dice)
                {
                    var before = world.Meetings.ToArray();
                    if (world.Step(die))
                    {
                        MustHold(world);
                        MustKeepSheets(before, world.Meetings);
                    }
                }
            }).QuickCheckThrowOnFailure();

    /// <summary>The dice must come to what is checked, else the property says nothing.</summary>
    [Fact]
    public void The_sequences_come_to_everything_that_is_checked()
    {
        var (seen, random) = (new HashSet<string>(StringComparer.Ordinal), new Random(1));
        for (var run = 0; run < 600; run++)
        {
            var world = new World();
            for (var i = 0; i < 400; i++)
            {
                world.Step(random.Next(10_000_000));
                seen.UnionWith(world.Meetings.SelectMany(Seen));
            }
        }

        Assert.Equal(
            ["certified", "correction in force", "correction pending", "correction refused", "discussed", "discussed with the patient", "late addition", "moved", "postponed", "running", "twice"],
            seen.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Seen(Meeting m)
    {
        var discussed = m.Items.Where(i => i.State == ItemState.Discussed).ToList();
        return new (bool Is, string What)[]
        {
            (m.IsCertified, "certified"), (m.Running is not null, "running"), (discussed.Count > 0, "discussed"),
            (discussed.Exists(i => i.PatientPresences.Count > 0), "discussed with the patient"), (m.Items.Any(i => i.AddedReason.Length > 0), "late addition"),
            (m.Items.Any(i => i.Reason == "MOVED"), "moved"), (m.Items.Any(i => i.Review?.Outcome == ItemReview.Types.Outcome.Postponed), "postponed"),
            (m.Items.Any(i => i.Rank == 2), "twice"), (m.Corrections.Any(c => c.IsInForce), "correction in force"),
            (m.Corrections.Any(c => c.IsPending), "correction pending"), (m.Corrections.Any(c => c.IsRefused), "correction refused"),
        }.Where(s => s.Is).Select(s => s.What);
    }

    private static void MustHold(World world)
    {
        var ahead = world.Meetings.SelectMany(m => m.Ahead).Select(i => i.Case).ToList();
        Assert.True(ahead.Count == ahead.Distinct(StringComparer.Ordinal).Count(), "C2: a case on two open agendas");
        Assert.True(!ahead.Exists(world.Waiting.Contains), "C2: on an agenda and waiting");
        var ranks = world.Meetings.SelectMany(m => m.Items).Where(i => i.State == ItemState.Discussed).GroupBy(i => i.Case, i => i.Rank);
        Assert.All(ranks, r => Assert.Equal(Enumerable.Range(1, r.Count()), r.Order()));
        Assert.All(world.Meetings, m => MustHold(world, m));
    }

    private static void MustHold(World world, Meeting m)
    {
        var convened = m.State is >= SessionState.Convened and not SessionState.Cancelled;
        Assert.False(convened && (m.Facilitator.Length == 0 || m.FreezeTime is null || (m.Expert.Length == 0 && m.ExpertWaiverReason.Length == 0)), "S2");
        Assert.True(m.Live.Count() <= 4, "S3: more than the programme allows");
        Assert.True(m.PreparatoryDate is not { } prepared || (prepared >= m.Date.AddDays(-7) && prepared < m.Date), "S4");
        Assert.False(convened && m.Live.Any(i => !world.HasPhysicianOrReason(i.Case)), "C4");
        Assert.True(m.Items.Count(i => i is { State: ItemState.Open, StartTime: not null }) <= 1, "two items at once");
        Assert.Equal(m.Items.Count, m.Items.Select(i => i.Position).Distinct().Count());
        Assert.All(m.Items.Where(i => i.State == ItemState.Discussed), i => MustBeDiscussedRightly(m, i));
        Assert.Equal(m.Sheet.Count, m.Sheet.Select(l => l.Professional).Distinct(StringComparer.Ordinal).Count());
        Assert.All(m.Sheet, l => Assert.Contains(l.Capacity, World.People.Single(p => p.Name == l.Professional).Capacities));
        Assert.False(m.IsCertified && !m.Signatures.Where(s => s.SheetVersion == m.SheetVersion).Select(s => s.Certifier).Distinct().Any(s => !IsPaid(m.Attendance, s))
            && m.Signatures.Count(s => s.SheetVersion == m.SheetVersion) < 2, "S8: certified alone for oneself");
        Assert.All(m.Corrections.Where(c => c.IsInForce), c => Assert.True(
            c.Certifiers.Any(s => s != c.Professional) || (!IsPaid(c.Before) && !IsPaid(c.After)), "S8: corrected alone for oneself"));
    }

    private static void MustBeDiscussedRightly(Meeting m, Item item)
    {
        var structures = World.People.Where(p => item.Present!.Contains(p.Name)).SelectMany(p => p.Organisations).Distinct(StringComparer.Ordinal);
        Assert.True(item.Present!.Count >= 2 && structures.Count() >= 2, "C5");
        Assert.True(m.State >= SessionState.Open, "C5: discussed before the session opened");
        // Ties may be written on the sheet later, never unwritten by an invitation: the observer by role is one for ever.
        Assert.False(item.PatientPresences.Count > 0 && item.Present.Contains("professionals/O") && !m.Attendance.Any(l => l.Professional == "professionals/O" && l.Role != SessionRole.Observer), "S10");
    }

    /// <summary>S9: the certified lines stay as they are, and corrections are only ever added.</summary>
    private static void MustKeepSheets(Meeting[] before, Meeting[] after) => Assert.All(before.Zip(after).Where(p => p.First.IsCertified), p =>
    {
        Assert.Equal(p.First.Attendance, p.Second.Attendance);
        Assert.Equal(p.First.Corrections.Select(c => (c.Professional, c.Revision, c.Before, c.After)), p.Second.Corrections.Take(p.First.Corrections.Count).Select(c => (c.Professional, c.Revision, c.Before, c.After)));
        Assert.Equal(p.First.Items, p.Second.Items);
    });

    private static bool IsPaid(IReadOnlyList<AttendanceLine> lines, string person) => lines.Any(l => l.Professional == person && IsPaid(l));

    private static bool IsPaid(AttendanceLine? line) => line?.Capacity.Mode == "L";
}
