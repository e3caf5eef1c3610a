using System.Globalization;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Proposals;
using Intervision.Scheduling.Tests.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using static Intervision.Scheduling.V1.ProposePlanResponse.Types;
using Action = Intervision.Scheduling.V1.ProposePlanResponse.Types.Action;

namespace Intervision.Scheduling.Tests.Proposals;

/// <summary>From a region to the planner's problem, and from its plan back to words.</summary>
public sealed class ProposePlanDecideTests
{
    private const int Iterations = 20_000;

    [Fact]
    public void Cases_are_placed_on_the_pole_s_sessions_and_the_parts_add_up()
    {
        var region = ARegion.Of([ARegion.Session(ARegion.September), ARegion.Session(ARegion.October)], [.. Enumerable.Range(1, 5).Select(n => ARegion.Case(n))]);
        var plan = Plan(region);
        Assert.Equal(5, plan.Placements.Count);
        Assert.Empty(plan.Unplaced);
        Assert.Equal(plan.Objective, Math.Round(plan.Parts.Sum(p => p.Points), 3));
        Assert.All(plan.Placements, p => Assert.Equal(DayOfWeek.Tuesday, p.Date.ToDate()!.Value.DayOfWeek));
        Assert.All(plan.Placements.GroupBy(p => p.Date), day => Assert.InRange(day.Count(), 1, 3));
        Assert.All(plan.Sessions.Where(s => s.Session.Length > 0), s => Assert.NotEqual(Action.Added, s.Action));
        Assert.Equal(plan, Plan(region));
        Assert.True(plan.Proven, "one pôle is planned exactly");
    }

    [Fact]
    public void What_people_were_told_stays()
    {
        var convened = ARegion.Session(ARegion.September, "CONVENED", frozen: A.Start.AddDays(-12));
        var region = ARegion.Of([convened], [ARegion.Case(1, convened), ARegion.Case(2), ARegion.Case(3, urgent: true)]);
        var plan = Plan(region);
        var placed = plan.Placements.ToDictionary(p => p.Case, StringComparer.Ordinal);
        Assert.True(placed[A.Case(1)].Unchanged);
        Assert.Equal(convened.Name, placed[A.Case(3)].Session);
        var left = Assert.Single(plan.Unplaced);
        Assert.Equal((A.Case(2), true, "AGENDA_FROZEN"), (left.Case, left.Impossible, left.Obstacles[0].Reason));
    }

    [Fact]
    public void Whoever_cannot_be_placed_is_told_why()
    {
        var standing = ARegion.Session(ARegion.September, "PREPARED");
        Assert.Equal("REFERENT_AWAY", Why(ARegion.Of([standing], [ARegion.Case(1)], taken: ARegion.Elsewhere("professionals/R", ARegion.September))));
        Assert.Equal("NO_CONVENTION_IN_FORCE", Why(ARegion.Of([standing], [ARegion.Case(1)], conventionEnds: ARegion.Today)));
        Assert.Equal("DATE_NOT_OFFERED", Why(ARegion.Of([standing], [ARegion.Case(1, null, false, "2026-09-02/NOON")]), ARegion.Autumn with { OfferedDatesOnly = true }));
        Assert.Equal("OTHER_PROGRAMME", Why(ARegion.Of([standing], [new CaseAhead { Name = A.Case(1), Pole = ARegion.PoleName, Programme = "programmes/OTHER" }])));
        Assert.Equal("POLE_NOT_ACTIVE", Why(ARegion.Of([standing], [new CaseAhead { Name = A.Case(1), Pole = "poles/P9" }])));
        Assert.Equal("NOTICE_TOO_SHORT", Why(ARegion.Of([standing], [ARegion.Case(1)]), ARegion.Autumn with { Today = ARegion.September.AddDays(-5) }));
    }

    [Fact]
    public void A_date_offered_with_the_request_is_preferred_to_an_earlier_one()
    {
        var (first, second) = (ARegion.Session(ARegion.September, "PREPARED"), ARegion.Session(ARegion.September.AddDays(2), "PREPARED"));
        var region = ARegion.Of([first, second], [ARegion.Case(1, null, false, $"{second.Date:yyyy-MM-dd}/NOON")]);
        Assert.Equal(second.Name, Assert.Single(Plan(region).Placements).Session);
    }

    /// <summary>Three at a table, one table a turn: of nine who can wait some twelve weeks, so many find a place.</summary>
    [Theory]
    [InlineData("MONTHLY", 9)]
    [InlineData("EVERY_SIX_WEEKS", 6)]
    [InlineData("EVERY_TWO_MONTHS", 6)]
    [InlineData("QUARTERLY", 3)]
    public void No_turn_of_the_rhythm_has_two_sessions(string rhythm, int places)
    {
        var (plan, dates, turn) = Season(rhythm, cases: 9);
        Assert.Equal(places, plan.Placements.Count);
        var held = plan.Placements.Select(p => p.Date.ToDate()!.Value).Distinct().ToList();
        Assert.Equal(held.Count, held.Select(turn).Distinct().Count());
        Assert.Subset(dates.Select(turn).ToHashSet(), held.Select(turn).ToHashSet());
    }

    /// <summary>Nobody leads in September nor on the rhythm's own days: what is of months only has to wait for the next, a quarter or six weeks go on.</summary>
    [Theory]
    [InlineData("MONTHLY", "2026-10-13")]
    [InlineData("EVERY_SIX_WEEKS", "2026-10-06")]
    [InlineData("EVERY_TWO_MONTHS", "2026-10-06")]
    [InlineData("QUARTERLY", "2026-10-06")]
    public void A_session_may_take_another_usual_day_of_its_turn(string rhythm, string expected)
    {
        var (plan, dates, turn) = Season(rhythm, cases: 3, d => d.Month == 9);
        var held = Assert.Single(plan.Placements.Select(p => $"{p.Date.ToDate():yyyy-MM-dd}").Distinct());
        Assert.Equal(expected, held);
        Assert.Contains(turn(DateOnly.Parse(held, CultureInfo.InvariantCulture)), dates.Select(turn));
    }

    private static (ProposePlanResponse Plan, IReadOnlyList<DateOnly> Dates, Func<DateOnly, int> Turn) Season(string rhythm, int cases, Func<DateOnly, bool>? away = null)
    {
        var pole = ARegion.With(rhythm);
        var wishes = ARegion.Autumn with { To = new DateOnly(2027, 2, 28) };
        var dates = SeasonCalendar.Dates(pole.ToRhythm(), ARegion.NoHolidays, ARegion.September, wishes.To).Planned.Select(p => p.Date).ToList();
        var sessions = dates.ConvertAll(d => ARegion.Session(d));
        var days = Enumerable.Range(0, 180).Select(n => ARegion.September.AddDays(n)).Where(d => away is not null && (away(d) || dates.Contains(d)));
        var region = ARegion.Of(sessions, [.. Enumerable.Range(1, cases).Select(n => ARegion.Case(n))], pole, taken: [.. days.Select(d => ARegion.Elsewhere(pole.Referent, d))]);
        return (Plan(region, wishes), dates, PoleDays.TurnOf(pole.ToRhythm(), sessions, wishes.From));
    }

    [Fact]
    public void Between_two_referents_nobody_leads_and_who_comes_next_does()
    {
        var (september, october) = (ARegion.Session(ARegion.September, "PREPARED"), ARegion.Session(ARegion.October, "PREPARED"));
        var left = Term("professionals/R", new DateOnly(2020, 1, 1), new DateOnly(2026, 8, 31));
        var next = Term("professionals/N", new DateOnly(2026, 9, 15), null);
        Assert.Equal("REFERENT_AWAY", Why(ARegion.Of([september], [ARegion.Case(1)]) with { Terms = Terms(left) }));
        var region = ARegion.Of([september, october], [ARegion.Case(1)]) with { Terms = Terms(left, next) };
        Assert.Equal(october.Name, Assert.Single(Plan(region).Placements).Session);
        // It is the next one's own diary that counts then.
        region = ARegion.Of([october], [ARegion.Case(1)], taken: ARegion.Elsewhere("professionals/N", ARegion.October)) with { Terms = Terms(left, next) };
        Assert.Equal("REFERENT_AWAY", Why(region));

        static ReferentTerm Term(string who, DateOnly from, DateOnly? until) => new() { Pole = ARegion.PoleName, Professional = who, FromDate = from, UntilDate = until };
        static ILookup<string, ReferentTerm> Terms(params ReferentTerm[] terms) => terms.ToLookup(t => t.Pole, StringComparer.Ordinal);
    }

    [Fact]
    public void A_session_shorter_than_usual_takes_fewer_and_an_empty_region_is_no_mistake()
    {
        Assert.Empty(Plan(ARegion.Of([], [])).Placements);
        var full = ARegion.Session(ARegion.September, "PREPARED");
        var region = ARegion.Of([full], [.. Enumerable.Range(1, 3).Select(n => ARegion.Case(n, full)), ARegion.Case(4)]);
        var left = Assert.Single(Plan(region).Unplaced);
        Assert.Equal(("SESSION_FULL", false), (left.Obstacles[0].Reason, left.Impossible));
        Assert.NotEmpty(left.Obstacles[0].Message);
    }

    private static string Why(RegionSnapshot region, Wishes? wishes = null)
    {
        var left = Assert.Single(Plan(region, wishes).Unplaced);
        Assert.True(left.Impossible);
        return left.Obstacles[0].Reason;
    }

    private static ProposePlanResponse Plan(RegionSnapshot region, Wishes? wishes = null) => ProposePlan.Decide(region, wishes ?? ARegion.Autumn, seed: 1, Iterations, TestContext.Current.CancellationToken);
}
