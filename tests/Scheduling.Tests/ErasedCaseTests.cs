using Dapper;
using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.Tests.Support;
using Npgsql;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests;

/// <summary>Of an erased case the code goes and the counts stay.</summary>
public sealed class ErasedCaseTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Theory]
    [InlineData("waiting")]
    [InlineData("planned")]
    [InlineData("frozen")]
    [InlineData("convened")]
    [InlineData("open")]
    public async Task It_leaves_the_waiting_list_and_the_agenda_it_is_on(string state)
    {
        var stage = await new Stage(fixture).Set();
        var session = state switch
        {
            "waiting" => (await stage.Plan())[0],
            "planned" => await stage.Planned(),
            "frozen" => await stage.Frozen(),
            "convened" => await stage.Convened(),
            _ => await stage.Opened(),
        };
        await stage.Ready(3);
        await Erase(stage, state == "waiting" ? 3 : 1);
        var after = await stage.Get(session.Name);
        Assert.Equal(session.Items.Count, after.Items.Count);
        if (state != "waiting")
        {
            Assert.Equal(("", ItemState.Removed, "CASE_ERASED"), (after.Items[0].Case, after.Items[0].State, after.Items[0].Reason));
            Assert.Equal(session.Items[1], after.Items[1]);
            Assert.Equal("CASE_ERASED", (await fixture.Said(session.Name))[^1].As<CaseUnscheduled>().Reason);
        }

        // Who was invited for it only is invited no longer, never to the whole session.
        Assert.Equal(
            session.Invitations.Where(i => i.Cases.Count == 0).Select(i => i.Professional), after.Invitations.Where(i => i.Cases.Count == 0).Select(i => i.Professional));
        Assert.Empty(await Left(stage.Case(state == "waiting" ? 3 : 1)));
    }

    [Fact]
    public async Task A_certified_sheet_keeps_its_lines_and_counts_without_the_code()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(2);
        opened = (await stage.Client.CloseItemAsync(stage.Discussing(opened, 1), stage.AsCoordinator(Stage.Start.AddMinutes(10)))).Session;
        opened = (await stage.Client.CloseItemAsync(stage.Discussing(opened, 2), stage.AsCoordinator(Stage.Start.AddMinutes(20)))).Session;
        var sheet = stage.Sheet(opened);
        sheet.Lines[2].Cases.Add([stage.Case(1), stage.Case(2)]);
        sheet.Lines[3].Cases.Add(stage.Case(1));
        opened = (await stage.Client.RecordAttendanceAsync(sheet, stage.AsCoordinator(Stage.Start.AddMinutes(40)))).Session;
        var held = (await stage.Client.CloseSessionAsync(
            new CloseSessionRequest { RequestId = Stage.NewRequest(), Name = opened.Name, Etag = opened.Etag }, stage.AsCoordinator(Stage.Start.AddMinutes(60)))).Session;
        var certified = (await stage.Certify(held, stage.Coordinator)).Session;
        Assert.Equal(SessionState.AttendanceCertified, certified.State);
        var said = (await fixture.Said(held.Name)).Count;

        await Erase(stage, 1);
        await Erase(stage, 1);
        var after = await stage.Get(held.Name);
        Assert.Equal([("", ItemState.Discussed), (stage.Case(2), ItemState.Discussed)], after.Items.Select(i => (i.Case, i.State)));
        var expected = certified.Attendance.Select(l => (l.Professional, string.Join(',', l.Cases.Select(c => c == stage.Case(1) ? "" : c)), l.Cases.Count));
        Assert.Equal(expected, after.Attendance.Select(l => (l.Professional, string.Join(',', l.Cases), l.Cases.Count)));
        Assert.Contains(after.Attendance, l => l.Cases.Count == 2 && l.Cases.Contains(""));
        Assert.Equal(certified.Invitations.Select(i => (i.Professional, i.Cases.Count)), after.Invitations.Select(i => (i.Professional, i.Cases.Count)));
        Assert.Equal((certified.Etag, said), (after.Etag, (await fixture.Said(held.Name)).Count));
        Assert.Empty(await Left(stage.Case(1)));

        // An invited person sees their own item and no longer knows of the other.
        var pharmacist = (await stage.Client.GetSessionAsync(
            new GetSessionRequest { Name = held.Name }, stage.As(Tokens.Professional(stage.Pharmacist), Stage.Start.AddDays(1)))).Session;
        Assert.Equal([stage.Case(2)], pharmacist.Items.Select(i => i.Case));
        await Erase(stage, 2);
        Assert.All((await stage.Get(held.Name)).Items, i => Assert.Equal("", i.Case));
        Assert.Empty((await stage.Client.GetSessionAsync(
            new GetSessionRequest { Name = held.Name }, stage.As(Tokens.Professional(stage.Pharmacist), Stage.Start.AddDays(1)))).Session.Items);
    }

    [Fact]
    public async Task An_open_session_goes_on_without_it()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(2);
        await Erase(stage, 1);
        var now = await stage.Get(opened.Name);
        now = (await stage.Client.CloseItemAsync(stage.Discussing(now, 2), stage.AsCoordinator(Stage.Start.AddMinutes(20)))).Session;
        // A sheet read back with the empty name is written again as it was read.
        now = (await stage.Client.RecordAttendanceAsync(stage.Sheet(now), stage.AsCoordinator(Stage.Start.AddMinutes(40)))).Session;
        await Refused.With(
            Grpc.Core.StatusCode.FailedPrecondition, "ITEM_NOT_OPEN", () => stage.Client.CloseItemAsync(stage.Discussing(now, 1), stage.AsCoordinator(Stage.Start.AddMinutes(41))));
        var held = (await stage.Client.CloseSessionAsync(
            new CloseSessionRequest { RequestId = Stage.NewRequest(), Name = now.Name, Etag = now.Etag }, stage.AsCoordinator(Stage.Start.AddMinutes(60)))).Session;
        Assert.Equal([ItemState.Removed, ItemState.Discussed], held.Items.Select(i => i.State));
    }

    [Fact]
    public async Task An_erasure_and_the_verbs_at_once_never_leave_the_code()
    {
        for (var round = 0; round < 5; round++)
        {
            var stage = await new Stage(fixture).Set();
            await stage.Plan();
            await stage.Ready(1);
            await Task.WhenAll(stage.Place(), Erase(stage, 1));
            Assert.Empty(await Left(stage.Case(1)));

            var other = await new Stage(fixture).Set();
            var convened = await other.Convened(2);
            await Task.WhenAll(Open(other, convened), Erase(other, 1));
            Assert.Empty(await Left(other.Case(1)));
        }
    }

    private static async Task Open(Stage stage, Session session)
    {
        try
        {
            await stage.Client.OpenSessionAsync(new OpenSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, stage.AsCoordinator(Stage.Start));
        }
        catch (Grpc.Core.RpcException changed)
        {
            Assert.Equal(Grpc.Core.StatusCode.Aborted, changed.StatusCode);
        }
    }

    private Task Erase(Stage stage, int n) =>
        fixture.Deliver("intake", new CaseErased { Case = stage.Case(n), Reason = "PATIENT_REQUEST" }, stage.Case(n), Stage.Start.AddMinutes(5));

    /// <summary>Tables that still name the case, but those that go by their own clock (docs/privacy.md).</summary>
    private async Task<IReadOnlyList<string>> Left(string name)
    {
        await using var connection = new NpgsqlConnection(fixture.OwnerConnectionString);
        var tables = await connection.QueryAsync<string>(
            """
            select quote_ident(relname) from pg_class
            where relnamespace = 'public'::regnamespace and relkind = 'r'
              and relname not in ('outbox', 'request_log', 'inbox_parked', 'mail_queue') and relname not like 'published_event%'
            """);
        var left = new List<string>();
        foreach (var table in tables)
        {
            if (await connection.ExecuteScalarAsync<bool>($"select exists (select from {table} t where strpos(t::text, @name) > 0)", new { name }))
            {
                left.Add(table);
            }
        }

        return left;
    }
}
