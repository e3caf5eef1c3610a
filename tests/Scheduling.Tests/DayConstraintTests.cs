using Intervision.Scheduling.V1;
using Npgsql;

namespace Intervision.Scheduling.Tests;

/// <summary>What the database refuses by itself, whatever the code does.</summary>
public sealed class DayConstraintTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Theory]
    [InlineData("update attendance_correction set reason = 'X' where session_id = @id")]
    [InlineData("delete from attendance_entry where session_id = @id")]
    [InlineData("update correction_signature set refused = true where session_id = @id")]
    public async Task Corrections_are_only_ever_added(string sql)
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.OwnCorrectionPending();
        await Refuses("42501", sql, session);
    }

    [Fact]
    public async Task A_sheet_that_is_not_certified_is_not_corrected()
    {
        var stage = await new Stage(fixture).Set();
        await Refuses(
            "23514",
            "insert into attendance_correction (session_id, professional, revision, reason, author, needs_second, correct_time) values (@id, 'professionals/P', 2, 'X', 'a', false, now())",
            await stage.Held());
    }

    [Fact]
    public async Task One_item_runs_at_a_time_and_presences_of_a_function_do_not_overlap()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Opened(2);
        await Refuses("23505", "update agenda_item set start_time = now() where session_id = @id", session);
        await Refuses(
            "23P01",
            """
            insert into patient_presence (session_id, position, function, in_time, out_time)
            values (@id, 1, 'PATIENT', '2026-09-01T10:20Z', null), (@id, 1, 'PATIENT', '2026-09-01T10:30Z', '2026-09-01T10:40Z')
            """,
            session);
    }

    private async Task Refuses(string state, string sql, Session session)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.InTransaction(
            tx => tx.Execute(sql, new { id = Guid.Parse(session.Name["sessions/".Length..]) }), CancellationToken.None));
        Assert.Equal(state, refused.SqlState);
    }
}
