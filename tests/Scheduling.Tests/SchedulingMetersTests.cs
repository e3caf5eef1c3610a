using Intervision.Scheduling.Agendas;

namespace Intervision.Scheduling.Tests;

/// <summary>What the dashboard's first page is told.</summary>
public sealed class SchedulingMetersTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task The_waiting_list_and_the_calendar_are_measured()
    {
        var db = fixture.Db;
        var before = await SchedulingMeters.Look(db, Stage.Start, CancellationToken.None);
        Assert.Equal((0, 0d, 0), (before.WaitingCases, before.OldestSeconds, before.SessionsToCome));

        var stage = await new Stage(fixture).Set();
        var sessions = await stage.Plan();
        await stage.Ready(3);

        var now = Stage.Start.AddYears(-1);
        var seen = await SchedulingMeters.Look(db, now, CancellationToken.None);
        Assert.Equal((1, sessions.Count), (seen.WaitingCases, (int)seen.SessionsToCome));
        Assert.InRange(seen.OldestSeconds, 0, double.MaxValue);

        var later = await SchedulingMeters.Look(db, now.AddYears(10), CancellationToken.None);
        Assert.Equal(0, later.SessionsToCome);
        Assert.True(later.OldestSeconds > seen.OldestSeconds);
    }
}
