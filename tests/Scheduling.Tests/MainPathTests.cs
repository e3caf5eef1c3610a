using Intervision.Indemnisation.Events.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>A session from the calendar to the settled sheet, and what is said on the way.</summary>
public sealed class MainPathTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task A_session_goes_from_planned_to_settled_and_says_so()
    {
        var stage = await new Stage(fixture).Set();
        var held = await stage.Held();
        Assert.Equal(SessionState.Held, held.State);

        var certified = await stage.Certify(held, stage.Coordinator);
        Assert.False(certified.SecondSignatureNeeded);
        Assert.Equal(SessionState.AttendanceCertified, certified.Session.State);

        await fixture.Deliver("indemnisation", new SessionSettled { Session = held.Name, CalculatedLines = 2 }, held.Name, Stage.Start.AddDays(1));
        Assert.Equal(SessionState.Settled, (await stage.Get(held.Name)).State);

        var said = await fixture.Said(held.Name);
        Assert.Equal(
            ["session_planned", "case_scheduled", "session_convened", "case_discussed", "session_held", "attendance_certified"],
            said.Select(e => e.EventType.Split('.')[2]));
        Assert.Equal(Enumerable.Range(1, 6).Select(n => (long)n), said.Select(e => e.StreamNo));
    }

    [Fact]
    public async Task The_certified_sheet_carries_frozen_capacities_and_no_case()
    {
        var stage = await new Stage(fixture).Set();
        var held = await stage.Held();
        await stage.Certify(held, stage.Coordinator);

        var sheet = (await fixture.Said(held.Name))[^1].As<AttendanceCertified>();
        Assert.Equal(["coordinator@region"], sheet.Certifiers);
        Assert.Equal(4, sheet.Lines.Count);
        Assert.All(sheet.Lines, l => Assert.Empty(l.Cases));
        Assert.Equal((true, 1), (sheet.HasDiscussedCases, sheet.DiscussedCases));
        var physician = Assert.Single(sheet.Lines, l => l.Professional == stage.Physician);
        Assert.Equal(("TRE_G15", "10", "L"), (physician.Capacity.ProfessionTable, physician.Capacity.ProfessionCode, physician.Capacity.Mode));
        Assert.Equal(12, physician.Kilometres);
    }
}
