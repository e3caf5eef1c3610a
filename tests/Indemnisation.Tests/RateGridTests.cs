using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Npgsql;
using Outcome = Intervision.Indemnisation.V1.ImportRateGridResponse.Types.Outcome;

namespace Intervision.Indemnisation.Tests;

/// <summary>Grids by role and unit, as a file, and immutable whoever writes to the database.</summary>
public sealed class RateGridTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private const string Header =
        "grid_code;programme;valid_from_date;valid_until_date;profession_table;profession_code;role;component;unit;amount_cents;minimum_minutes;paid_minutes_cap;free_kilometres;cap_cents\n";

    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Scene.Start);

    private IndemnisationService.IndemnisationServiceClient Service => fixture.Service;

    [Fact]
    public async Task Roles_and_units_are_keys_of_their_own()
    {
        var grid = Scene.Grid("rateGrids/ROLES", "programmes/ROLES");
        foreach (var role in new[] { RateRole.Participant, RateRole.Facilitator, RateRole.Expert })
        {
            var rate = grid.Rates[0].Clone();
            rate.Role = role;
            grid.Rates.Add(rate);
        }

        var flat = grid.Rates[0].Clone();
        flat.Unit = RateUnit.Flat;
        grid.Rates.Add(flat);
        Assert.Equal(grid, (await Publish(grid)).RateGrid);
        var listed = await Service.ListRateGridsAsync(new ListRateGridsRequest { Programme = grid.Programme }, Officer);
        Assert.Equal(grid, Assert.Single(listed.RateGrids));

        // Another grid may not pay the same component to the same people on the same days, by whatever unit.
        var other = Scene.Grid("rateGrids/ROLES-2", "programmes/ROLES");
        other.Rates.Clear();
        other.Rates.Add(new Rate(flat) { Role = RateRole.Expert, Unit = RateUnit.Hour });
        await Refused.With(StatusCode.FailedPrecondition, "RATE_GRID_OVERLAP", () => Service.PublishRateGridAsync(new PublishRateGridRequest { RequestId = Scene.NewId(), RateGrid = other }, Officer));
    }

    [Theory]
    [InlineData("update rate set amount_cents = amount_cents + 1")]
    [InlineData("update rate_grid set valid_until_date = valid_until_date + 1")]
    [InlineData("delete from rate")]
    [InlineData("delete from rate_grid")]
    [InlineData("truncate rate")]
    [InlineData("truncate rate_grid cascade")]
    public async Task A_published_grid_is_changed_by_nobody(string sql)
    {
        await fixture.NewScene();
        var byService = await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.Read(tx => tx.Execute(sql), CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, byService.SqlState);
        var byOwner = await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner(sql));
        Assert.Contains("append-only", byOwner.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'{0}', 98, '{1}', '[2026-01-01,2027-01-01)'")] // into a grid that is published
    [InlineData("'{0}', 99, 'programmes/OTHER', '[2026-01-01,2027-01-01)'")] // of another programme
    public async Task No_rate_joins_a_grid_after_its_publication(string values)
    {
        var scene = await fixture.NewScene();
        var sql = "insert into rate (rate_grid, position, programme, valid, profession_table, profession_code, component, unit, amount_cents) values ("
            + string.Format(System.Globalization.CultureInfo.InvariantCulture, values, scene.GridName, scene.Programme) + ", 'TRE_G15', '99', 1, 1, 100)";
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.Read(tx => tx.Execute(sql), CancellationToken.None));
        Assert.Contains("is published", refused.MessageText, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner(sql));
    }

    [Fact]
    public async Task The_grid_of_the_day_of_the_session_pays_whenever_the_sheet_comes()
    {
        var scene = await fixture.NewScene(new SceneSettings { WithGrid = false });
        var first = Scene.Grid($"{scene.GridName}-A", scene.Programme);
        first.ValidUntilDate = new DateOnly(2026, 10, 1).ToProto();
        var second = Scene.Grid($"{scene.GridName}-B", scene.Programme);
        second.ValidFromDate = first.ValidUntilDate;
        second.Rates[0].AmountCents = 3_000;
        await Publish(second);
        await Publish(first);
        var person = await scene.NewPerson();
        foreach (var (date, grid, cents) in new[] { (new DateOnly(2026, 9, 30), first, 13_500L), (new DateOnly(2026, 10, 1), second, 18_000L) })
        {
            var session = scene.NewSession(date);
            await fixture.Deliver("scheduling", scene.SheetOf(session, person.Present(session, 80)), session.Name, Scene.Later);
            var line = Assert.Single(await scene.LinesOf(session));
            Assert.Equal((grid.Name, cents), (line.RateGrid, line.Amount.ToCents()!.Value));
        }
    }

    [Fact]
    public async Task The_grid_of_the_region_is_imported_like_any_other()
    {
        var content = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "data", "rate_grids.csv"), TestContext.Current.CancellationToken);
        var request = new ImportRateGridRequest { RequestId = Scene.NewId(), Content = ByteString.CopyFrom(content), DryRun = true };
        var tried = await Service.ImportRateGridAsync(request, Officer);
        Assert.Empty(tried.Errors);
        Assert.Equal(["rateGrids/GRI-2026-01", "rateGrids/GRI-2027-01"], tried.Grids.Select(g => g.RateGrid.Name));
        Assert.Empty((await Listed("programmes/ADDICTIONS")).RateGrids);

        request = new ImportRateGridRequest { RequestId = Scene.NewId(), Content = request.Content };
        var imported = await Verb.Once(r => Service.ImportRateGridAsync(r, Officer), request, r => r.DryRun = true);
        Assert.All(imported.Grids, g => Assert.Equal(Outcome.Published, g.Outcome));
        Assert.Equal(imported.Grids.Select(g => g.RateGrid), (await Listed("programmes/ADDICTIONS")).RateGrids);

        request.RequestId = Scene.NewId();
        Assert.All((await Service.ImportRateGridAsync(request, Officer)).Grids, g => Assert.Equal(Outcome.Unchanged, g.Outcome));
        await Verb.OnlyFor((ImportRateGridRequest r, Metadata m) => Service.ImportRateGridAsync(r, m), [Roles.FinanceOfficer], request);
    }

    public static TheoryData<string, int, string, string> WrongLines => new()
    {
        { "G;P;2026-01-01;2027-01-01;TRE_G15;10;;PARTICIPANT;FLAT;1,50;0;;;", 3, "amount_cents", "NUMBER_INVALID" },
        { "G;P;2026-13-01;2027-01-01;TRE_G15;10;;PARTICIPANT;FLAT;150;0;;;", 3, "valid_from_date", "DATE_INVALID" },
        { "G;P;2026-01-01;2025-01-01;TRE_G15;10;;PARTICIPANT;FLAT;150;0;;;", 3, "valid_until_date", "PERIOD_INVALID" },
        { "G;P;2026-01-01;2027-01-01;TRE_G15;;;PARTICIPANT;FLAT;150;0;;;", 3, "profession_code", "PROFESSION_INVALID" },
        { "G;P;2026-01-01;2027-01-01;TRE_G15;10;CHEF;PARTICIPANT;FLAT;150;0;;;", 3, "role", "CODE_UNKNOWN" },
        { "G;P;2026-01-01;2027-01-01;TRE_G15;10;;PARTICIPANT;KILOMETRE;150;0;;;", 3, "unit", "UNIT_INVALID" },
        { "G;P;2026-01-01;2027-01-01;TRE_G15;10;;PARTICIPANT;FLAT;0;0;;;", 3, "amount_cents", "AMOUNT_INVALID" },
        { "G;P;2026-01-01;2027-01-01;TRE_G15;10;;PARTICIPANT;FLAT;150;2000;;;", 3, "minimum_minutes", "LIMIT_INVALID" },
        { "G;P;2026-01-01;2027-01-01;TRE_G15;10;;PARTICIPANT;FLAT;150", 3, "", "COLUMN_COUNT" },
        { "été/1;P;2026-01-01;2027-01-01;TRE_G15;10;;PARTICIPANT;FLAT;150;0;;;", 3, "grid_code", "NAME_INVALID" },
        { "BASE;P;2026-02-01;2027-01-01;TRE_G15;10;;PARTICIPANT;FLAT;150;0;;;", 3, "grid_code", "GRID_INCONSISTENT" },
        { "BASE;P;2026-01-01;2027-01-01;TRE_G15;21;;PARTICIPANT;FLAT;150;0;;;", 3, "", "RATE_GRID_OVERLAP" },
        { "G;P;2026-06-01;2027-06-01;TRE_G15;21;;PARTICIPANT;HOUR;150;0;;;", 3, "", "RATE_GRID_OVERLAP" },
    };

    [Theory]
    [MemberData(nameof(WrongLines))]
    public async Task A_wrong_line_is_named_and_nothing_is_published(string wrong, int line, string column, string reason)
    {
        var programme = $"X{Guid.CreateVersion7():N}"[..20];
        var content = (Header + "BASE;P;2026-01-01;2027-01-01;TRE_G15;21;;PARTICIPANT;FLAT;150;0;;;\n" + wrong + "\n")
            .Replace(";P;", $";{programme};", StringComparison.Ordinal).Replace("BASE", $"B-{programme}", StringComparison.Ordinal).Replace("\nG;", $"\nG-{programme};", StringComparison.Ordinal);
        var answer = await Service.ImportRateGridAsync(
            new ImportRateGridRequest { RequestId = Scene.NewId(), Content = ByteString.CopyFromUtf8(content) }, Officer);
        var error = Assert.Single(answer.Errors);
        Assert.Equal((line, column, reason), (error.Line, error.Column, error.Reason));
        Assert.StartsWith($"Ligne {line} : ", error.Message, StringComparison.Ordinal);
        Assert.Empty(answer.Grids);
        Assert.Empty((await Listed($"programmes/{programme}")).RateGrids);
    }

    [Fact]
    public async Task Every_wrong_line_of_a_file_is_named()
    {
        var content = Header + string.Concat(Enumerable.Range(0, 20).Select(i => $"M{i};MANY;2026-01-01;2027-01-01;TRE_G15;{i};;PARTICIPANT;{(i % 2 == 0 ? "FLAT" : "MONTH")};150;0;;;\n"));
        var answer = await Service.ImportRateGridAsync(new ImportRateGridRequest { RequestId = Scene.NewId(), Content = ByteString.CopyFromUtf8(content) }, Officer);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (i * 2) + 3), answer.Errors.Select(e => e.Line));
    }

    [Theory]
    [InlineData("", "CONTENT_EMPTY")]
    [InlineData("grid_code;programme\nG;P\n", "HEADER_INVALID")]
    [InlineData("%PDF-1.7", "HEADER_INVALID")]
    public async Task What_is_no_grid_file_is_refused(string content, string reason) =>
        await Refused.With(StatusCode.InvalidArgument, reason, () => Service.ImportRateGridAsync(
            new ImportRateGridRequest { RequestId = Scene.NewId(), Content = ByteString.CopyFrom(Encoding.UTF8.GetBytes(content)) }, Officer));

    [Fact]
    public async Task A_line_that_waited_is_calculated_by_an_imported_grid()
    {
        var scene = await fixture.NewScene(new SceneSettings { WithGrid = false });
        var person = await scene.NewPerson();
        var line = Assert.Single(await scene.Held(person));
        Assert.Equal("RATE_MISSING", line.Reason);
        var code = scene.Programme["programmes/".Length..];
        await Service.ImportRateGridAsync(
            new ImportRateGridRequest { RequestId = Scene.NewId(), Content = ByteString.CopyFromUtf8($"{Header}{code};{code};2026-01-01;2027-01-01;TRE_G15;10;PARTICIPANT;PARTICIPANT;HOUR;6000;0;;;\n") },
            Officer);
        var after = (await Service.ListLinesAsync(new ListLinesRequest { Session = line.Session }, Officer)).Lines.Single();
        Assert.Equal((LineState.Calculated, 8_000L), (after.State, after.Amount.ToCents()!.Value));
    }

    private async Task<PublishRateGridResponse> Publish(RateGrid grid) =>
        await Service.PublishRateGridAsync(new PublishRateGridRequest { RequestId = Scene.NewId(), RateGrid = grid }, Officer);

    private async Task<ListRateGridsResponse> Listed(string programme) =>
        await Service.ListRateGridsAsync(new ListRateGridsRequest { Programme = programme }, Officer);
}
